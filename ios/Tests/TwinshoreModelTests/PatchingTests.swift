import Twinshore
import XCTest

@testable import TwinshoreModel

extension Phone {
    /// A list of two goods, and the number of its table.
    fileprivate func goods() async throws -> (view: FormView, table: UInt32) {
        try await signIn()
        let list = try await open("Catalog.Goods.List")
        return try await until("two goods") {
            guard let view = list.view, let table = view.elements.first(where: { $0.table?.rows.count == 2 }) else { return nil }
            return (view, table.id)
        }
    }
}

/// Applying patches is what a shell does by itself; everything else it is told. The views are those of a real list, changed.
final class PatchingTests: XCTestCase {
    private func patch(_ view: FormView, ahead: Int64 = 1, header: FormView? = nil, _ changes: [ElementChange]) -> FormPatch {
        FormPatch(form: view.form, revision: UInt64(Int64(view.revision) + ahead), header: header, changes: changes)
    }

    private func row(_ view: FormView, _ table: UInt32, _ number: Int, named id: String) throws -> RowView {
        var row = try XCTUnwrap(view.element(table)?.table?.rows[number])
        row.id = id
        return row
    }

    func test_changed_and_new_elements_come_in_and_the_rest_stays() async throws {
        let (view, table) = try await withPhone { try await $0.goods() }
        var changed = try XCTUnwrap(view.elements.first { $0.id != table })
        changed.text = "changed"
        var new = changed
        new.id = 1_000_000
        var wanted = view
        wanted.revision += 1
        wanted.elements = view.elements.map { $0.id == changed.id ? changed : $0 } + [new]
        XCTAssertEqual(view.applying(patch(view, [.element(element: changed), .element(element: new)])), .applied(wanted))
    }

    func test_rows_are_spliced_and_an_element_keeps_its_rows() async throws {
        let (view, table) = try await withPhone { try await $0.goods() }
        var bare = try XCTUnwrap(view.element(table))
        bare.hint = "changed"
        bare.table?.rows = []
        let new = [try row(view, table, 0, named: "x"), try row(view, table, 0, named: "y")]
        var wanted = view
        wanted.revision += 1
        let place = try XCTUnwrap(view.elements.firstIndex { $0.id == table })
        wanted.elements[place].hint = "changed"
        wanted.elements[place].table?.rows = [try row(view, table, 0, named: view.elements[place].table!.rows[0].id)] + new
        let changes: [ElementChange] = [.element(element: bare), .rows(element: table, start: 1, removed: 1, rows: new)]
        XCTAssertEqual(view.applying(patch(view, changes)), .applied(wanted))
    }

    func test_a_header_brings_the_heading_and_leaves_the_elements() async throws {
        let (view, _) = try await withPhone { try await $0.goods() }
        var header = view
        header.title = "Other goods"
        header.revision = 0
        header.elements = []
        var wanted = view
        wanted.title = "Other goods"
        wanted.revision += 1
        XCTAssertEqual(view.applying(patch(view, header: header, [])), .applied(wanted))
    }

    func test_a_patch_that_does_not_follow_or_does_not_fit_is_a_gap_and_no_trap() async throws {
        let (view, table) = try await withPhone { try await $0.goods() }
        XCTAssertEqual(view.applying(patch(view, ahead: 2, [])), .gap)
        XCTAssertEqual(view.applying(patch(view, ahead: 0, [])), .gap)
        XCTAssertEqual(view.applying(FormPatch(form: view.form + 1, revision: view.revision + 1, header: nil, changes: [])), .gap)
        let without = try XCTUnwrap(view.elements.first { $0.table == nil }).id
        for (element, start, removed): (UInt32, UInt32, UInt32) in [
            (table, 2, 1), (table, .max, .max), (without, 0, 0), (1_000_000, 0, 0),
        ] {
            let change = ElementChange.rows(element: element, start: start, removed: removed, rows: [])
            XCTAssertEqual(view.applying(patch(view, [change])), .gap, "\(change)")
        }
    }
}

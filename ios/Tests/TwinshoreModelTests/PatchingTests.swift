import Twinshore
import XCTest

@testable import TwinshoreModel

/// Applying patches is what a shell does by itself; everything else it is told.
final class PatchingTests: XCTestCase {
    private func row(_ id: String) -> RowView {
        RowView(
            id: id, cells: [CellView(text: "cell of \(id)", error: "")], isGroup: false, deletionMark: false, posted: false,
            pending: false)
    }

    private func element(_ id: UInt32, text: String = "", rows: [String]? = nil) -> ElementView {
        ElementView(
            id: id, parent: nil, name: "e\(id)", kind: .label, title: "", text: text, checked: false, visible: true,
            enabled: true, readOnly: false, required: false, hint: "", error: "", conflict: nil, choices: [],
            table: rows.map {
                TableView(
                    columns: [], rows: $0.map(row), moreBefore: false, moreAfter: false, loading: false, search: "", path: [],
                    currentRow: "")
            },
            inputVersion: 0)
    }

    private func form(revision: UInt64 = 7, title: String = "An order", _ elements: [ElementView]) -> FormView {
        FormView(
            form: 1, revision: revision, name: "F", title: title, usedServer: "main", availability: .available, modified: false,
            waiting: false, canOpenFromMain: false, leftBehind: [], elements: elements)
    }

    private func patch(revision: UInt64 = 8, header: FormView? = nil, _ changes: [ElementChange]) -> FormPatch {
        FormPatch(form: 1, revision: revision, header: header, changes: changes)
    }

    func test_changed_and_new_elements_come_in_and_the_rest_stays() {
        let before = form([element(1, text: "a"), element(2, text: "b")])
        let after = before.applying(patch([.element(element: element(2, text: "c")), .element(element: element(3, text: "d"))]))
        XCTAssertEqual(
            after, .applied(form(revision: 8, [element(1, text: "a"), element(2, text: "c"), element(3, text: "d")])))
    }

    func test_rows_are_spliced_and_an_element_keeps_its_rows() {
        let before = form([element(1, rows: ["a", "b", "c"])])
        let changes: [ElementChange] = [
            .element(element: element(1, text: "new", rows: [])),
            .rows(element: 1, start: 1, removed: 1, rows: [row("x"), row("y")]),
        ]
        XCTAssertEqual(
            before.applying(patch(changes)), .applied(form(revision: 8, [element(1, text: "new", rows: ["a", "x", "y", "c"])])))
    }

    func test_a_header_brings_the_heading_and_leaves_the_elements() {
        let before = form([element(1, text: "a")])
        let after = before.applying(patch(header: form(revision: 0, title: "Order 7", []), []))
        XCTAssertEqual(after, .applied(form(revision: 8, title: "Order 7", [element(1, text: "a")])))
    }

    func test_a_patch_that_does_not_follow_is_a_gap() {
        let before = form([element(1, rows: ["a"])])
        XCTAssertEqual(before.applying(patch(revision: 9, [])), .gap)
        XCTAssertEqual(before.applying(patch(revision: 7, [])), .gap)
        XCTAssertEqual(before.applying(FormPatch(form: 2, revision: 8, header: nil, changes: [])), .gap)
    }

    func test_rows_that_are_not_there_are_a_gap_and_no_trap() {
        let before = form([element(1, rows: ["a"]), element(2)])
        XCTAssertEqual(before.applying(patch([.rows(element: 1, start: 1, removed: 1, rows: [])])), .gap)
        XCTAssertEqual(before.applying(patch([.rows(element: 1, start: .max, removed: .max, rows: [])])), .gap)
        XCTAssertEqual(before.applying(patch([.rows(element: 2, start: 0, removed: 0, rows: [])])), .gap)
        XCTAssertEqual(before.applying(patch([.rows(element: 9, start: 0, removed: 0, rows: [])])), .gap)
    }
}

import Twinshore
import XCTest

@testable import TwinshoreModel

/// Forms of the real core, opened at a real main server and on the stand-alone server.
final class FormModelTests: XCTestCase {
    func test_r2_each_form_opens_from_its_server_and_says_so() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let goods = try await phone.open("Catalog.Goods.List")
            XCTAssertEqual(goods.view?.usedServer, "standalone")
            let names = try await phone.until("the goods of the first download") {
                let rows = goods.view?.elements.compactMap(\.table).flatMap(\.rows) ?? []
                return rows.isEmpty ? nil : rows.compactMap(\.cells.first?.text).sorted()
            }
            XCTAssertEqual(names, ["Coffee", "Green tea"])
            let counterparties = try await phone.open("Catalog.Counterparties.List")
            XCTAssertEqual(counterparties.view?.usedServer, "main")
            XCTAssertEqual(phone.app.front?.form, counterparties.form)
            let servers = Set(phone.app.calls.map(\.server))
            XCTAssertEqual(servers, ["main", "standalone"])
        }
    }

    func test_patches_agree_with_a_fresh_view_through_typing_writing_and_a_list() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let list = try await phone.open("Catalog.Counterparties.List")
            let item = try await phone.opened(by: list, .execute(command: "create"))
            let name = "Harbour Cafe \(UUID().uuidString.prefix(8))"
            try await phone.type(name, into: "Description", of: item)
            try await phone.type("7701", into: "TaxId", of: item)
            XCTAssertEqual(item.view?.modified, true)
            var views = try await phone.views(of: item)
            XCTAssertEqual(views.model, views.fresh)

            item.send(.execute(command: "write"))
            _ = try await phone.until("the write") { item.view?.modified == false ? true : nil }
            views = try await phone.views(of: item)
            XCTAssertEqual(views.model, views.fresh)

            let table = try await phone.until("the list") { list.view?.elements.first { $0.table != nil } }
            list.send(.search(element: table.id, text: name))
            _ = try await phone.until("the row") {
                let rows = list.view?.element(table.id)?.table?.rows ?? []
                return rows.count == 1 && rows[0].cells[0].text == name ? true : nil
            }
            views = try await phone.views(of: list)
            XCTAssertEqual(views.model, views.fresh)
            XCTAssertGreaterThan(views.fresh.revision, 0)
            XCTAssertEqual([item.gaps, list.gaps], [0, 0])
        }
    }

    func test_a_missed_patch_brings_the_whole_form_again() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let item = try await phone.newCounterparty()
            let before = try await phone.views(of: item).fresh
            try await phone.type("a patch that is lost", into: "Description", of: item)
            item.take(.reset(before))
            XCTAssertEqual(item.view, before)
            try await phone.type("7701", into: "TaxId", of: item)
            XCTAssertEqual(item.gaps, 1)
            let views = try await phone.views(of: item)
            XCTAssertEqual(views.model, views.fresh)
            XCTAssertEqual(views.model.elements.first { $0.name == "Description" }?.text, "a patch that is lost")
        }
    }

    func test_own_text_is_shown_until_the_core_has_seen_it() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let item = try await phone.newCounterparty()
            let field = try await phone.element("Description", of: item)
            for text in ["H", "Ha", "Har"] {
                item.type(text, into: field.id)
            }
            // Nothing of it came back yet: the main actor was here all the time.
            XCTAssertEqual(item.view?.element(field.id)?.text, "")
            XCTAssertEqual(item.view?.element(field.id).map(item.text), "Har")
            let seen = try await phone.until("the last text") {
                item.view?.element(field.id).flatMap { $0.inputVersion == field.inputVersion + 3 ? $0 : nil }
            }
            XCTAssertEqual([seen.text, item.text(of: seen)], ["Har", "Har"])
        }
    }

    func test_own_text_of_a_cell_is_that_of_its_cell_only() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let list = try await phone.open("Document.Orders.List")
            let order = try await phone.opened(by: list, .execute(command: "create"))
            let lines = try await phone.element("Lines", of: order).id
            order.send(.addRow(element: lines))
            let row = try await phone.until("the row") { order.view?.element(lines)?.table?.rows.first }
            order.type("2", into: lines, row: row.id, column: "Quantity")
            let table = try XCTUnwrap(order.view?.element(lines))
            XCTAssertEqual(order.text(of: row.cells[0], in: table, row: row.id, column: "Quantity"), "2")
            XCTAssertEqual(order.text(of: row.cells[0], in: table, row: row.id, column: "Goods"), row.cells[0].text)
            let quantity = try XCTUnwrap(table.table?.columns.firstIndex { $0.name == "Quantity" })
            _ = try await phone.until("the quantity") {
                order.view?.element(lines)?.table?.rows.first?.cells[quantity].text.hasPrefix("2") == true ? true : nil
            }
            let views = try await phone.views(of: order)
            XCTAssertEqual(views.model, views.fresh)
        }
    }

    func test_a_closed_form_says_so() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let goods = try await phone.open("Catalog.Goods.List")
            goods.send(.execute(command: "close"))
            _ = try await phone.until("the end") { goods.life == .closed(successor: nil) ? true : nil }
            try await phone.untilGone(goods)
            let late = FormModel(form: goods.form, of: phone.client)
            _ = try await phone.until("the answer for a form that is gone") { late.life == .closed(successor: nil) ? true : nil }
        }
    }

    func test_a_reopened_form_names_its_successor() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let item = try await phone.newCounterparty()
            try await phone.type("Typed on main", into: "Description", of: item)
            phone.client.setMode(mode: .offline)
            _ = try await phone.until("the lock") {
                if case .unavailable(_, canOpenOffline: true) = item.view?.availability { true } else { nil }
            }
            let local = try await phone.opened(by: item, .execute(command: "openOffline"))
            _ = try await phone.until("the successor") { item.life == .closed(successor: local.form) ? true : nil }
            XCTAssertEqual(local.view?.usedServer, "standalone")
            let name = try await phone.element("Description", of: local)
            XCTAssertEqual(local.text(of: name), "Typed on main")
        }
    }
}

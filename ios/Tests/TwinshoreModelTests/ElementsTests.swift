import Twinshore
import XCTest

@testable import TwinshoreModel

/// Elements that hold others, of the demo's forms as the real core tells them.
final class ElementsTests: XCTestCase {
    func test_a_popup_is_a_menu_of_parts() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let list = try await phone.open("Document.Orders.List")
            let order = try await phone.opened(by: list, .execute(command: "create"))
            let popup = try await phone.element("more", of: order)
            XCTAssertEqual(popup.kind, .popup(icon: ""))
            let view = try XCTUnwrap(order.view)
            let menu = view.menu(of: popup.id)
            XCTAssertEqual(menu.map(\.title), ["", "For the customer", ""])
            XCTAssertEqual(menu.map { $0.buttons.map(\.name) }, [["askPrice"], ["printOrder", "sendOrder", "callCustomer"], ["unpost", "reread"]])
            XCTAssertEqual(Set(menu.map(\.id)).count, 3)
            var without = view
            for place in without.elements.indices where without.elements[place].name == "askPrice" {
                without.elements[place].visible = false
            }
            XCTAssertEqual(without.menu(of: popup.id).map(\.title), ["For the customer", ""])
            let bar = try XCTUnwrap(popup.parent)
            XCTAssertEqual(view.children(of: bar).map(\.name), ["post", "write", "more"])
        }
    }

    func test_a_period_holds_two_fields_and_is_chosen_by_its_name() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let report = try await phone.open("Report.Sales.Report")
            let period = try await phone.element("period", of: report)
            XCTAssertEqual(period.kind, .period)
            XCTAssertEqual(report.view?.children(of: period.id).map(\.name), ["From", "To"])
            report.send(.choose(element: period.id, choice: "any"))
            _ = try await phone.until("no ends") {
                report.view?.children(of: period.id).allSatisfy { $0.text.isEmpty } == true ? true : nil
            }
            XCTAssertEqual(report.view?.element(period.id)?.text, "Any time")
            try await phone.type("2026-03-31", into: "From", of: report)
            try await phone.type("2026-03-01", into: "To", of: report)
            _ = try await phone.until("what is wrong") { report.view?.element(period.id)?.error.isEmpty == false ? true : nil }
            let views = try await phone.views(of: report)
            XCTAssertEqual(views.model, views.fresh)
        }
    }
}

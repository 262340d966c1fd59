import Foundation
import Twinshore
import XCTest

@testable import TwinshoreModel

/// Counts what it is told.
private final class Counting: InterfaceObserver, @unchecked Sendable {
    private let lock = NSLock()
    private var heard = 0

    var count: Int { lock.withLock { heard } }

    func interfaceChanged(view: InterfaceView) {
        lock.withLock { heard += 1 }
    }

    func logged(entry: LogEntryView) {}
}

/// An error of the shell's own, which the core knows nothing of.
private struct KeychainLocked: Error {}

/// The client's own surface: start, secrets, what a person does around forms, the end.
final class ClientTests: XCTestCase {
    func test_a_folder_that_cannot_be_used_is_an_error_with_its_reason() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("twinshore-\(UUID().uuidString)")
        try Data("a file".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let options = ClientOptions(
            directory: file.appendingPathComponent("app").path, mainServer: "http://127.0.0.1:9", deviceName: "a phone",
            language: "en")
        XCTAssertThrowsError(try MobileClient.start(options: options, store: Secrets())) { error in
            guard case FailedToStart.Start(let reason, nil) = error else { return XCTFail("\(error)") }
            XCTAssertTrue(reason.contains("its folder"), reason)
        }
    }

    func test_a_wrong_password_is_told_and_the_right_one_works() async throws {
        try await withPhone { phone in
            phone.client.signIn(user: "ann", password: "wrong")
            _ = try await phone.refusal()
            try await phone.signIn()
            XCTAssertEqual(phone.app.view?.status.userName, "ann")
        }
    }

    func test_a_secret_store_that_throws_is_an_error_and_no_panic() async throws {
        try await withPhone { phone in
            _ = try await phone.until("the sign-in") { if case .signIn = phone.app.view?.screen { true } else { nil } }
            phone.secrets.refuse(PlatformFailure.Secrets(reason: "the device is locked"))
            phone.client.signIn(user: "ann", password: phone.server.password)
            let known = try await phone.refusal()
            XCTAssertTrue(known.contains("the device is locked"), known)

            phone.secrets.refuse(KeychainLocked())
            phone.client.signIn(user: "bob", password: phone.server.password)
            let unknown = try await phone.refusal(to: "bob")
            XCTAssertTrue(unknown.contains("KeychainLocked"), unknown)

            // The client goes on.
            phone.secrets.refuse(nil)
            try await phone.signIn()
        }
    }

    func test_f19_typed_text_survives_the_end_of_the_app() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let list = try await phone.open("Catalog.Counterparties.List")
            let item = try await phone.opened(by: list, .execute(command: "create"))
            try await phone.type("not saved yet", into: "Description", of: item)

            let again = try await phone.restarted()
            let draft = try await again.until("the draft") { again.app.view?.drafts.first }
            let before = Set(again.app.forms.keys)
            again.client.takeDraft(id: draft.id)
            let form = try await again.opened(beside: before, what: "the draft")
            let name = try await again.element("Description", of: form)
            XCTAssertEqual(name.text, "not saved yet")
            await again.stop()
        }
    }

    func test_f19_a_draft_can_be_thrown_away() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let list = try await phone.open("Catalog.Counterparties.List")
            let item = try await phone.opened(by: list, .execute(command: "create"))
            try await phone.type("never mind", into: "Description", of: item)
            let again = try await phone.restarted()
            let draft = try await again.until("the draft") { again.app.view?.drafts.first }
            again.client.discardDraft(id: draft.id)
            _ = try await again.until("no draft") { again.app.view?.drafts.isEmpty == true ? true : nil }
            await again.stop()
        }
    }

    func test_f3_closing_asks_what_becomes_of_the_text() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let list = try await phone.open("Catalog.Counterparties.List")
            let item = try await phone.opened(by: list, .execute(command: "create"))
            try await phone.type("unsaved", into: "Description", of: item)
            item.send(.execute(command: "close"))
            let question = try await phone.until("the question") { phone.app.view?.dialog }
            XCTAssertFalse(question.text.isEmpty)
            phone.client.answerDialog(id: question.id, button: "discard")
            try await phone.untilGone(item)
            XCTAssertNil(phone.app.view?.dialog)
        }
    }

    func test_m2_m7_the_mode_by_hand_greys_what_needs_the_main_server() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            phone.client.setMode(mode: .offline)
            let view = try await phone.until("the mode") {
                phone.app.view.flatMap { $0.status.effectiveMode == .offline ? $0 : nil }
            }
            XCTAssertFalse(view.status.available)
            XCTAssertFalse(view.status.banner.isEmpty)
            let enabled = Dictionary(
                uniqueKeysWithValues: view.sections.flatMap(\.items).map { ($0.id.split(separator: ".")[1], $0.enabled) })
            XCTAssertEqual(enabled["Contracts"], false)
            XCTAssertEqual(enabled["Goods"], true)
            phone.client.setMode(mode: .normal)
            try await phone.untilAvailable(true)
        }
    }

    func test_the_rest_of_what_a_person_and_a_platform_do() async throws {
        try await withPhone { phone in
            try await phone.signIn()
            let goods = try await phone.open("Catalog.Goods.List")
            phone.client.activate(form: 0)
            _ = try await phone.until("the menu") { phone.app.view?.active == 0 && phone.app.front == nil ? true : nil }
            phone.client.activate(form: goods.form)
            _ = try await phone.until("the form") { phone.app.front === goods ? true : nil }
            phone.client.setLanguage(language: "ru")
            _ = try await phone.until("Russian") { phone.app.view?.sections.contains { $0.title == "Продажи" } == true ? true : nil }
            phone.client.suspend()
            phone.client.resume()
            phone.client.linkChanged(connected: true, metered: true, captivePortal: false)
            phone.client.answerOffer(mode: nil)
            phone.client.exchangeNow()
            _ = try await phone.until("a round") {
                phone.app.view.flatMap { !$0.status.exchange.running && !$0.status.exchange.last.isEmpty ? true : nil }
            }
            let fresh = await phone.client.interfaceView()
            XCTAssertEqual(fresh?.status.userName, "ann")
            phone.client.signOut()
            _ = try await phone.until("the sign-in") {
                if case .signIn("ann", "", busy: false, _, _) = phone.app.view?.screen { true } else { nil }
            }
            XCTAssertTrue(phone.app.forms.isEmpty)
        }
    }

    func test_a_dropped_subscription_hears_nothing_more() async throws {
        try await withPhone { phone in
            let counting = Counting()
            var subscription: Subscription? = phone.client.observe(observer: counting)
            _ = try await phone.until("the first view") { phone.app.view }
            // The client takes requests in order: once this one is answered, the observation began.
            _ = await phone.client.interfaceView()
            XCTAssertGreaterThan(counting.count, 0)
            XCTAssertNotNil(subscription)
            subscription = nil
            _ = await phone.client.interfaceView()
            let heard = counting.count
            phone.client.setLanguage(language: "ru")
            _ = try await phone.until("Russian") { phone.app.view?.status.language == "ru" ? true : nil }
            XCTAssertEqual(counting.count, heard)
        }
    }

    func test_an_ended_client_answers_nothing_and_takes_nothing() async throws {
        let phone = try await Phone()
        await phone.throwAway()
        phone.client.retryDownload()
        phone.client.signIn(user: "ann", password: "whatever")
        let view = await phone.client.interfaceView()
        let form = await phone.client.formView(form: 1)
        XCTAssertNil(view)
        XCTAssertNil(form)
    }
}

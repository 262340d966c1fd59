// A phone of a test: the real core with a folder of its own at a real main server. Verbs are those of a person;
// what is waited for is awaited, never slept for.
import Foundation
import Observation
import Twinshore
import XCTest

@testable import TwinshoreModel

/// What does not happen within this time does not happen.
let patience: TimeInterval = 20

/// The main server that scripts/with-main-server started.
struct TestServer {
    let address: String
    let password: String

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let address = environment["TWINSHORE_MAIN_SERVER"], let password = environment["TWINSHORE_PASSWORD"] else {
            throw Trouble("there is no main server: start the tests with scripts/test-swift")
        }
        self.address = address
        self.password = password
    }
}

struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A secret store in memory, which can be told to fail.
final class Secrets: SecretStore, @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [String: String] = [:]
    private var refusal: (any Error)?

    func refuse(_ error: (any Error)?) {
        lock.withLock { refusal = error }
    }

    func secret(name: String) throws -> String? {
        try lock.withLock {
            if let refusal { throw refusal }
            return kept[name]
        }
    }

    /// Forgets everything, as a store that was emptied.
    func forget() {
        lock.withLock { kept = [:] }
    }

    func setSecret(name: String, value: String?) throws {
        try lock.withLock {
            if let refusal { throw refusal }
            kept[name] = value
        }
    }

    func utcOffsetS() -> Int32 {
        3 * 60 * 60
    }
}

/// Whether it comes about in time.
private func fulfilled(_ expectation: XCTestExpectation, within time: TimeInterval) async -> Bool {
    await XCTWaiter().fulfillment(of: [expectation], timeout: time) == .completed
}

@MainActor
final class Phone {
    let server: TestServer
    let folder: URL
    let secrets: Secrets
    let client: MobileClient
    let app: InterfaceModel

    convenience init() throws {
        let name = "twinshore-\(UUID().uuidString)"
        try self.init(folder: FileManager.default.temporaryDirectory.appendingPathComponent(name), secrets: Secrets())
    }

    init(folder: URL, secrets: Secrets) throws {
        server = try TestServer()
        self.folder = folder
        self.secrets = secrets
        let options = ClientOptions(
            directory: folder.path, mainServer: server.address, deviceName: "a phone of a test", language: "en")
        client = try MobileClient.start(options: options, store: secrets)
        app = InterfaceModel(of: client)
    }

    /// Looks again with each change, until there is an answer.
    func until<T>(_ what: String, _ look: @MainActor () -> T?) async throws -> T {
        let deadline = Date().addingTimeInterval(patience)
        while true {
            let changed = XCTestExpectation(description: what)
            if let found = withObservationTracking(look, onChange: { changed.fulfill() }) { return found }
            let left = deadline.timeIntervalSinceNow
            guard left > 0, await fulfilled(changed, within: left) else {
                throw Trouble("waited for \(what) in vain: \(String(describing: app.view)) \(app.calls)")
            }
        }
    }

    func untilAvailable(_ available: Bool) async throws {
        _ = try await until("availability \(available)") { app.view?.status.available == available ? true : nil }
    }

    /// Signs in and waits until the app can be worked with, and the main server called.
    func signIn(as user: String = "ann") async throws {
        _ = try await until("the sign-in") { if case .signIn = app.view?.screen { true } else { nil } }
        client.signIn(user: user, password: server.password)
        _ = try await until("the app") { app.view?.screen == .work ? true : nil }
        try await untilAvailable(true)
    }

    /// Why signing in did not work.
    func refusal(to user: String = "ann") async throws -> String {
        try await until("the refusal") {
            if case .signIn(user, let error, busy: false, _, _) = app.view?.screen, !error.isEmpty { error } else { nil }
        }
    }

    /// The form of a new counterparty, from the main server.
    func newCounterparty() async throws -> FormModel {
        let list = try await open("Catalog.Counterparties.List")
        return try await opened(by: list, .execute(command: "create"))
    }

    /// Opens a menu item and gives the form that comes.
    func open(_ item: String) async throws -> FormModel {
        let before = Set(app.forms.keys)
        client.open(menuItem: item)
        return try await opened(beside: before, what: item)
    }

    /// The form that an action brings.
    func opened(by form: FormModel, _ event: FormEvent) async throws -> FormModel {
        let before = Set(app.forms.keys)
        form.send(event)
        return try await opened(beside: before, what: "\(event)")
    }

    func opened(beside before: Set<UInt32>, what: String) async throws -> FormModel {
        try await until("the form of \(what)") { app.forms.values.first { !before.contains($0.form) && $0.view != nil } }
    }

    func element(_ name: String, of form: FormModel) async throws -> ElementView {
        try await until(name) { form.view?.elements.first { $0.name == name } }
    }

    /// Types and waits until the core has it.
    func type(_ text: String, into name: String, of form: FormModel) async throws {
        let element = try await element(name, of: form).id
        form.type(text, into: element)
        _ = try await until("\(name) = \(text)") { form.view?.element(element)?.text == text ? true : nil }
    }

    func untilGone(_ form: FormModel) async throws {
        _ = try await until("the form to close") { app.forms[form.form] == nil ? true : nil }
    }

    /// The model's view and the core's of one revision.
    func views(of form: FormModel) async throws -> (model: FormView, fresh: FormView) {
        while true {
            guard let fresh = await client.formView(form: form.form) else { throw Trouble("the form is gone") }
            let model = try await until("revision \(fresh.revision)") { form.view.flatMap { $0.revision >= fresh.revision ? $0 : nil } }
            // What changed meanwhile is in the next one.
            if model.revision == fresh.revision { return (model, fresh) }
        }
    }

    /// Ends the client and waits until its files are closed.
    func stop() async {
        client.stop()
        await client.ended()
    }

    /// The same phone, started again.
    func restarted() async throws -> Phone {
        await stop()
        return try Phone(folder: folder, secrets: secrets)
    }

    /// Ends the client and removes what it kept.
    func throwAway() async {
        await stop()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Does something with a phone, which is thrown away whatever comes of it.
@MainActor
func withPhone<T: Sendable>(_ test: @MainActor (Phone) async throws -> T) async throws -> T {
    let phone = try Phone()
    do {
        let result = try await test(phone)
        await phone.throwAway()
        return result
    } catch {
        await phone.throwAway()
        throw error
    }
}

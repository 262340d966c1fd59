import Foundation
import Twinshore
import XCTest

@testable import TwinshoreModel

/// Starting the app, and beginning anew where its files can't be read.
@MainActor
final class StartTests: XCTestCase {
    func test_a2_a_device_that_lost_its_keys_begins_anew_after_the_person_agreed() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("twinshore-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let secrets = Secrets()
        let options = ClientOptions(
            directory: folder.path, mainServer: "http://127.0.0.1:9", deviceName: "a phone of a test", language: "en")
        try await end(started(StartModel(options: options, store: secrets)))
        let file = folder.appendingPathComponent("client.db")
        let bytes = try Data(contentsOf: file)

        // A store that can't be read now offers nothing.
        let model = StartModel(options: options, store: secrets)
        secrets.refuse(PlatformFailure.Secrets(reason: "the device is locked"))
        await model.start()
        guard case .failed(let locked, nil) = model.state else { return XCTFail("\(model.state)") }
        XCTAssertTrue(locked.contains("the device is locked"), locked)
        secrets.refuse(nil)

        secrets.forget()
        await model.start()
        guard case .failed(let reason, let offer?) = model.state else { return XCTFail("\(model.state)") }
        XCTAssertTrue(reason.contains("client.db"), reason)
        XCTAssertFalse([offer.button, offer.question, offer.yes, offer.no].contains(""))
        XCTAssertEqual(try Data(contentsOf: file), bytes)

        await model.beginAnew()
        guard case .running(let app) = model.state else { return XCTFail("\(model.state)") }
        try await end(app)
        let aside = try FileManager.default.contentsOfDirectory(
            at: folder.appendingPathComponent("set-aside"), includingPropertiesForKeys: nil)
        XCTAssertEqual(aside.count, 1)
        XCTAssertEqual(try Data(contentsOf: aside[0].appendingPathComponent("client.db")), bytes)
    }

    private func started(_ model: StartModel) async throws -> InterfaceModel {
        await model.start()
        guard case .running(let app) = model.state else { throw Trouble("not started: \(model.state)") }
        return app
    }

    private func end(_ app: InterfaceModel) async throws {
        app.client.stop()
        await app.client.ended()
    }
}

// The start of the app for views to draw: the running app, or why there is none and what the person may do about it.
import Observation
import Twinshore

/// Starts the client, again if need be, and begins anew after the person agreed.
@MainActor
@Observable
public final class StartModel {
    /// How the start stands.
    public enum State {
        /// Files are being opened.
        case starting
        /// The app.
        case running(InterfaceModel)
        /// Draw the reason with a button that starts again. If there is an offer: a button with its text, then its question with both
        /// answers; only `yes` calls ``StartModel/beginAnew()``.
        case failed(reason: String, offer: BeginAnewView?)
    }

    public private(set) var state = State.starting

    @ObservationIgnored private let options: ClientOptions
    @ObservationIgnored private let store: any SecretStore

    public init(options: ClientOptions, store: any SecretStore) {
        self.options = options
        self.store = store
    }

    /// Starts the client, unless it runs.
    public func start() async {
        await attempt { options, store in try MobileClient.start(options: options, store: store) }
    }

    /// The person agreed: what can't be read is set aside, and the app starts without it.
    public func beginAnew() async {
        await attempt { options, store in
            try Twinshore.beginAnew(options: options, store: store)
            return try MobileClient.start(options: options, store: store)
        }
    }

    private func attempt(_ start: @escaping @Sendable (ClientOptions, any SecretStore) throws -> MobileClient) async {
        if case .running = state { return }
        state = .starting
        let (options, store) = (options, store)
        do {
            // Opening files takes its time: not on the main actor.
            let client = try await Task.detached { try start(options, store) }.value
            state = .running(InterfaceModel(of: client))
        } catch FailedToStart.Start(let reason, let offer) {
            state = .failed(reason: reason, offer: offer)
        } catch {
            state = .failed(reason: String(describing: error), offer: nil)
        }
    }
}

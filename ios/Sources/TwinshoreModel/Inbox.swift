// The way from the client's thread, which must not wait, to the main actor, in order.
import Twinshore

/// A queue of things told on any thread and taken on the main actor, until it is closed or dropped.
///
/// At most `limit` of them wait. If the main actor lags behind further, the oldest go: a limit of 1 suits whole views,
/// and whoever takes patches has to look for gaps.
final class Inbox<News: Sendable>: Sendable {
    /// Puts something in.
    let tell: @Sendable (News) -> Void
    private let task: Task<Void, Never>

    @MainActor
    init(limit: Int, take: @escaping @MainActor (News) -> Void) {
        let (news, inbox) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(limit))
        tell = { inbox.yield($0) }
        task = Task { @MainActor in
            for await piece in news {
                // What waits when the inbox is closed is nobody's any more.
                if Task.isCancelled { return }
                take(piece)
            }
        }
    }

    /// Nothing more is taken.
    func close() {
        task.cancel()
    }

    deinit {
        task.cancel()
    }
}

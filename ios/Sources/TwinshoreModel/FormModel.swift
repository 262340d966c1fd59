// One open form for views to draw: the core's view, and the text that the person is just typing.
import Observation
import Twinshore

/// What is told of a form.
enum FormNews: Sendable {
    case reset(FormView)
    case patched(FormPatch)
    case closed(successor: UInt32)
}

private final class FormListener: WindowObserver {
    private let inbox: Inbox<FormNews>

    init(_ inbox: Inbox<FormNews>) {
        self.inbox = inbox
    }

    func reset(view: FormView) {
        inbox.tell(.reset(view))
    }

    func patched(patch: FormPatch) {
        inbox.tell(.patched(patch))
    }

    func closed(successor: UInt32) {
        inbox.tell(.closed(successor: successor))
    }
}

/// Ends when it is dropped: the core is told to stop, and what still waits is not taken.
private final class Watching: Sendable {
    private let inbox: Inbox<FormNews>
    private let subscription: Subscription

    init(_ inbox: Inbox<FormNews>, _ subscription: Subscription) {
        self.inbox = inbox
        self.subscription = subscription
    }

    deinit {
        inbox.close()
    }
}

/// A form as its observer tells it. Views read it and send what the person does; nothing is computed that the core knows.
@MainActor
@Observable
public final class FormModel: Identifiable {
    /// How far the form's life is.
    public enum Life: Equatable, Sendable {
        /// The first view is on its way.
        case opening
        /// It is there.
        case open
        /// It is gone; another form may have taken its place (reopening).
        case closed(successor: UInt32?)
    }

    /// Patches that may wait for the main actor.
    static let waitingPatches = 256

    /// Number of the form within the client.
    public let form: UInt32
    /// The form as it is now; none before the first view came.
    public private(set) var view: FormView?
    /// How far its life is.
    public private(set) var life = Life.opening
    /// How often a missed patch made the model ask for the whole form again.
    public private(set) var gaps = 0

    private var typed: [UInt32: TypedText] = [:]
    @ObservationIgnored private let client: any MobileClientProtocol
    @ObservationIgnored private var watching: Watching?

    /// Begins to observe a form.
    public init(form: UInt32, of client: any MobileClientProtocol) {
        self.form = form
        self.client = client
        observe()
    }

    /// Same as `form`.
    public nonisolated var id: UInt32 { form }

    /// The person did something.
    public func send(_ event: FormEvent) {
        client.dispatch(form: form, event: event)
    }

    /// The person typed into a field.
    public func type(_ text: String, into element: UInt32) {
        let version = nextVersion(of: element)
        typed[element] = TypedText(place: .field, text: text, version: version)
        send(.setText(element: element, text: text, inputVersion: version))
    }

    /// The person typed into a cell.
    public func type(_ text: String, into table: UInt32, row: String, column: String) {
        let version = nextVersion(of: table)
        typed[table] = TypedText(place: .cell(row: row, column: column), text: text, version: version)
        send(.setCell(element: table, row: row, column: column, text: text, inputVersion: version))
    }

    /// Text of a field: the person's own while the core has not seen it yet.
    public func text(of element: ElementView) -> String {
        ownText(of: element, at: .field) ?? element.text
    }

    /// Text of a cell, likewise.
    public func text(of cell: CellView, in table: ElementView, row: String, column: String) -> String {
        ownText(of: table, at: .cell(row: row, column: column)) ?? cell.text
    }

    /// Takes what was told.
    func take(_ news: FormNews) {
        switch news {
        case .reset(let view):
            self.view = view
            life = .open
            forgetSeenText()
        case .patched(let patch):
            switch view?.applying(patch) {
            case .applied(let after):
                view = after
                forgetSeenText()
            case .gap, nil:
                gaps += 1
                observe()
            }
        case .closed(let successor):
            life = .closed(successor: successor == 0 ? nil : successor)
            watching = nil
        }
    }

    private func observe() {
        // The one before ends here, with whatever it still had to tell.
        let inbox = Inbox<FormNews>(limit: Self.waitingPatches) { [weak self] news in self?.take(news) }
        watching = Watching(inbox, client.observeForm(form: form, observer: FormListener(inbox)))
    }

    private func nextVersion(of element: UInt32) -> UInt64 {
        max(typed[element]?.version ?? 0, view?.element(element)?.inputVersion ?? 0) + 1
    }

    private func ownText(of element: ElementView, at place: TypedText.Place) -> String? {
        guard let own = typed[element.id], own.place == place, own.version > element.inputVersion else { return nil }
        return own.text
    }

    private func forgetSeenText() {
        guard let view else { return }
        let unseen = typed.filter { id, own in own.version > view.element(id)?.inputVersion ?? .max }
        if unseen.count != typed.count { typed = unseen }
    }
}

// Everything around forms for views to draw, with a model for each open form.
import Observation
import Twinshore

private final class InterfaceListener: InterfaceObserver {
    private let views: Inbox<InterfaceView>
    private let calls: Inbox<LogEntryView>

    init(views: Inbox<InterfaceView>, calls: Inbox<LogEntryView>) {
        self.views = views
        self.calls = calls
    }

    func interfaceChanged(view: InterfaceView) {
        views.tell(view)
    }

    func logged(entry: LogEntryView) {
        calls.tell(entry)
    }
}

/// The running app: screen, menu, status, messages, open forms. Verbs are those of the client: call it for what the person does.
@MainActor
@Observable
public final class InterfaceModel {
    /// Calls that are kept to be shown.
    public static let keptCalls = 200

    /// The client, for what the person does.
    @ObservationIgnored public let client: any MobileClientProtocol
    /// Everything around forms as it is now; none before the first view came.
    public private(set) var view: InterfaceView?
    /// Open forms by number.
    public private(set) var forms: [UInt32: FormModel] = [:]
    /// The last calls with the server that took each, newest last.
    public private(set) var calls: [LogEntryView] = []

    @ObservationIgnored private var subscription: Subscription?

    /// Begins to observe a client.
    public init(of client: any MobileClientProtocol) {
        self.client = client
        // A view is whole, so only the last one counts.
        let views = Inbox<InterfaceView>(limit: 1) { [weak self] view in self?.take(view) }
        let calls = Inbox<LogEntryView>(limit: Self.keptCalls) { [weak self] call in self?.take(call) }
        subscription = client.observe(observer: InterfaceListener(views: views, calls: calls))
    }

    /// The form in front; none shows the menu.
    public var front: FormModel? {
        view.flatMap { forms[$0.active] }
    }

    private func take(_ view: InterfaceView) {
        self.view = view
        follow(view.windows)
    }

    private func take(_ call: LogEntryView) {
        calls.append(call)
        calls.removeFirst(max(0, calls.count - Self.keptCalls))
    }

    private func follow(_ windows: [WindowView]) {
        let numbers = windows.map(\.form)
        guard Set(numbers) != Set(forms.keys) else { return }
        var followed: [UInt32: FormModel] = [:]
        for form in numbers {
            followed[form] = forms[form] ?? FormModel(form: form, of: client)
        }
        forms = followed
    }
}

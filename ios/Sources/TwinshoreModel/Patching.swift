// A form's view after a patch: the same as the core's own, so that patches and a fresh view agree.
import Twinshore

/// What came of a patch.
public enum PatchOutcome: Equatable, Sendable {
    /// The view after it.
    case applied(FormView)
    /// It does not follow this view: one was missed, and the whole form is to be asked for again.
    case gap
}

extension FormView {
    /// The view after a patch, which is left alone unless it follows this view.
    public func applying(_ patch: FormPatch) -> PatchOutcome {
        guard patch.form == form, patch.revision == revision + 1 else { return .gap }
        var after = patch.header ?? self
        after.revision = patch.revision
        after.elements = elements
        for change in patch.changes {
            guard after.take(change) else { return .gap }
        }
        return .applied(after)
    }

    /// The element with a number.
    public func element(_ id: UInt32) -> ElementView? {
        elements.first { $0.id == id }
    }

    /// Whether the change fits the view.
    private mutating func take(_ change: ElementChange) -> Bool {
        switch change {
        case .element(var element):
            guard let place = elements.firstIndex(where: { $0.id == element.id }) else {
                elements.append(element)
                return true
            }
            // Rows come by changes of their own.
            element.table?.rows = elements[place].table?.rows ?? []
            elements[place] = element
            return true
        case .rows(let id, let start, let removed, let rows):
            guard let place = elements.firstIndex(where: { $0.id == id }),
                let count = elements[place].table?.rows.count,
                Int(start) + Int(removed) <= count
            else { return false }
            elements[place].table?.rows.replaceSubrange(Int(start)..<Int(start) + Int(removed), with: rows)
            return true
        }
    }
}

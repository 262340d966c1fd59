// Elements as views draw them: what holds what, and the menus of pop-ups.
import Twinshore

/// A part of a pop-up's menu: its heading, which may be empty, and the buttons under it.
public struct MenuPart: Equatable, Identifiable, Sendable {
    /// Number of the group, or of the first button of a part that is none.
    public let id: UInt32
    /// Heading; empty for none.
    public let title: String
    /// Buttons in order.
    public internal(set) var buttons: [ElementView]
    /// Buttons that stand in no group.
    let isLoose: Bool
}

extension FormView {
    /// What is to be seen in an element, in order of drawing; what stands on the form itself for none.
    public func children(of element: UInt32?) -> [ElementView] {
        elements.filter { $0.parent == element && $0.visible }
    }

    /// The menu of a pop-up: each group is a part, and so are buttons in a row that stand in none.
    public func menu(of popup: UInt32) -> [MenuPart] {
        var parts: [MenuPart] = []
        for entry in children(of: popup) {
            switch entry.kind {
            case .group:
                parts.append(MenuPart(id: entry.id, title: entry.title, buttons: buttons(in: entry.id), isLoose: false))
            case .button where parts.last?.isLoose == true:
                parts[parts.count - 1].buttons.append(entry)
            case .button:
                parts.append(MenuPart(id: entry.id, title: "", buttons: [entry], isLoose: true))
            default:
                break
            }
        }
        return parts
    }

    /// Buttons of a group and of groups in it.
    private func buttons(in group: UInt32) -> [ElementView] {
        children(of: group).flatMap { entry -> [ElementView] in
            switch entry.kind {
            case .button: [entry]
            case .group: buttons(in: entry.id)
            default: []
            }
        }
    }
}

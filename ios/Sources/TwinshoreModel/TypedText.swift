/// What the person typed last into an element; shown until the core has seen that version.
struct TypedText: Equatable {
    /// Where in the element.
    enum Place: Equatable {
        case field
        case cell(row: String, column: String)
    }

    let place: Place
    let text: String
    let version: UInt64
}

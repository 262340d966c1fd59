//! Form files.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::words::{Attribute, Command, Name, OneOrMore, Priority, Table, Text, Title, Unavailable, described};

/// An element of a form: its lead key, what is special to it, and the keys that every element has.
macro_rules! element {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        described! {
            $(#[$meta])*
            pub(super) struct $name {
                $($own)*
                /// Name of the element, if it differs from what it shows.
                name: Option<Name>,
                title: Option<Title>,
                /// Handlers by event: exported functions of the form's client module.
                events: Option<BTreeMap<String, Name>>,
                /// Shown at first.
                visible: Option<bool>,
                /// Shown, never typed.
                read_only: Option<bool>,
                on_main_server_unavailable: Option<Unavailable>,
            }
        }
    };
}

described! {
    /// A form: `Item`, `List` and `Choice` open for what they are called.
    pub(super) struct Form {
        /// Name, as in the file's name.
        form: Option<Name>,
        /// What it is opened for; follows from the name if left out.
        purpose: Option<Purpose>,
        title: Option<Title>,
        /// Values that live in the form only, by name.
        attributes: Option<BTreeMap<String, Attribute>>,
        /// Value tables by name.
        tables: Option<BTreeMap<String, Table>>,
        /// Value lists by name: tables with the columns Value, Presentation and Check.
        lists: Option<BTreeMap<String, Attribute>>,
        /// Commands of the form.
        commands: Option<BTreeMap<String, Command>>,
        /// Standard commands that the form does not offer.
        without: Option<OneOrMore<Name>>,
        /// Handlers by event: exported functions of the form's client module.
        events: Option<BTreeMap<String, Name>>,
        priority: Option<Priority>,
        /// Elements in order of drawing.
        items: Option<Vec<Element>>,
    }

    pub(super) enum Purpose {
        Item,
        List,
        Choice,
        Free,
    }

    #[schemars(untagged)]
    pub(super) enum Element {
        Field(Field),
        Table(TableElement),
        List(List),
        Group(Group),
        Pages(Pages),
        Page(Page),
        CommandBar(CommandBar),
        Button(Button),
        Label(Label),
        Popup(Popup),
        Period(Period),
    }

    /// In a command bar and in a pop-up a bare name is a command.
    #[schemars(untagged)]
    pub(super) enum BarItem {
        Command(String),
        Element(Element),
    }

    /// Attributes of the ends of a period.
    pub(super) struct Ends {
        start: Name,
        end: Name,
    }

    /// How a field is typed into.
    pub(super) enum Input {
        /// Follows the type.
        Auto,
        Multiline,
        Switch,
        #[schemars(rename = "checkbox")]
        CheckBox,
        Radio,
        /// Shown, never typed.
        Label,
        /// A bar that shows a part of a whole.
        Progress,
        /// A mark that is moved between the ends of a number.
        Track,
    }

    /// A text, or a number or date as it is written.
    #[schemars(untagged)]
    pub(super) enum Offered {
        Text(String),
        Number(f64),
    }

    /// A period that people choose by name.
    pub(super) enum Standard {
        Any,
        Today,
        Yesterday,
        ThisWeek,
        LastWeek,
        ThisMonth,
        LastMonth,
        ThisQuarter,
        LastQuarter,
        ThisYear,
        LastYear,
    }

    pub(super) enum Direction {
        Vertical,
        Horizontal,
    }

    #[schemars(untagged)]
    pub(super) enum Column {
        Path(String),
        Keys(ColumnKeys),
    }

    pub(super) struct ColumnKeys {
        /// Attribute; in lists possibly a dotted path: `Counterparty.TaxId`.
        path: Name,
        title: Option<Title>,
        read_only: Option<bool>,
    }

    #[schemars(untagged)]
    pub(super) enum Bar {
        Items(Vec<BarItem>),
        Name(String),
    }
}

element! {
    /// Shows and edits an attribute; its look follows the type.
    Field {
        /// Attribute of the object or the form.
        field: Name,
        input: Option<Input>,
        /// Texts that are offered besides typing.
        choices: Option<OneOrMore<Offered>>,
    }
}

element! {
    /// A tabular section or a value table.
    TableElement {
        /// Its name.
        table: Name,
        columns: Option<Vec<Column>>,
    }
}

element! {
    /// Items of an object in pages.
    List {
        /// `self`, or the full name of an object.
        list: Text,
        columns: Option<Vec<Column>>,
        /// Attributes; `-Date` for the newest first.
        order: Option<OneOrMore<Name>>,
        /// Condition that always holds, in the query language.
        filter: Option<String>,
    }
}

element! {
    /// Elements under one heading.
    Group {
        /// Name of the group.
        group: Name,
        direction: Option<Direction>,
        /// The person may fold it.
        collapsible: Option<bool>,
        items: Option<Vec<BarItem>>,
    }
}

element! {
    /// Pages, one shown at a time.
    Pages {
        /// Name of the pages.
        pages: Name,
        items: Option<Vec<Element>>,
    }
}

element! {
    /// One page.
    Page {
        /// Name of the page.
        page: Name,
        items: Option<Vec<Element>>,
    }
}

element! {
    /// Buttons in one bar.
    CommandBar {
        /// Commands and pop-ups in order, or a name with `items`.
        command_bar: Bar,
        items: Option<Vec<BarItem>>,
    }
}

element! {
    /// A button of a command.
    Button {
        /// A standard command, one of the form, or one of the object.
        command: Name,
    }
}

element! {
    /// A text.
    Label {
        /// Name of the label.
        label: Name,
    }
}

element! {
    /// Commands that open under one button.
    Popup {
        /// Name of the pop-up.
        popup: Name,
        /// Name of an icon.
        icon: Option<Name>,
        items: Option<Vec<BarItem>>,
    }
}

element! {
    /// Two dates with the usual periods to choose from.
    Period {
        /// Attributes of its ends.
        period: Ends,
        /// Periods that are offered; all without it.
        choices: Option<OneOrMore<Standard>>,
    }
}

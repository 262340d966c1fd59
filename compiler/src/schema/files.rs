//! Files that are not of one object.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::words::{Child, FullName, Home, Name, OneOrMore, Priority, Text, Time, Title, described};

described! {
    /// Head of a configuration.
    pub(super) struct Head {
        /// Name of the configuration.
        name: Name,
        title: Option<Title>,
        /// Shown to operators; says nothing to devices, which compare contents.
        version: Option<Text>,
        /// Codes, or codes with names: `{ en: English, ru: Русский }`.
        languages: Option<Languages>,
        /// Which catalog tells who the users are.
        users: Option<Users>,
        /// What the app shows before its menu: forms, or objects that have one.
        home: Option<Vec<Home>>,
        /// People may choose Offline (M5).
        offline_by_hand: Option<bool>,
        /// People may choose Poor connection (M5).
        poor_connection_by_hand: Option<bool>,
        /// How people get into the app on a device.
        sign_in: Option<SignIn>,
    }

    #[schemars(untagged)]
    pub(super) enum Languages {
        Codes(OneOrMore<Name>),
        Named(BTreeMap<String, String>),
    }

    pub(super) struct Users {
        /// The catalog.
        catalog: FullName,
        /// Its attribute that holds the sign-in name; `Description` if left out.
        attribute: Option<Name>,
    }

    pub(super) struct SignIn {
        /// Days of work allowed since the last contact with the main server.
        offline_days: Option<u32>,
        /// Whether people protect the app with a PIN.
        pin: Option<Pin>,
        /// Time in the background after which the PIN is asked for again.
        lock_after: Option<Time>,
    }

    pub(super) enum Pin {
        Off,
        Optional,
        Required,
    }

    /// A section of the menu.
    pub(super) struct Section {
        name: Name,
        title: Option<Title>,
        /// Name of an icon.
        icon: Option<Name>,
        /// Objects in order.
        content: Option<OneOrMore<FullName>>,
    }

    /// What people with a role may do.
    pub(super) struct Role {
        role: Name,
        title: Option<Title>,
        /// All rights on everything.
        administrator: Option<bool>,
        /// Rights by object: a word, a list of words, or keys.
        rights: Option<BTreeMap<String, Rights>>,
    }

    #[schemars(untagged)]
    pub(super) enum Rights {
        Words(OneOrMore<Right>),
        Keys(RightsKeys),
    }

    pub(super) enum Right {
        Read,
        Insert,
        Update,
        Delete,
        Post,
        Use,
        All,
    }

    pub(super) struct RightsKeys {
        /// `true`, or the condition that rows fulfil: `"Employee = currentUser()"`.
        read: Option<Read>,
        insert: Option<bool>,
        update: Option<bool>,
        delete: Option<bool>,
        post: Option<bool>,
        #[schemars(rename = "use")]
        use_: Option<bool>,
        /// Attributes that are not shown.
        hidden: Option<OneOrMore<Name>>,
        /// Attributes that can't be changed.
        read_only: Option<OneOrMore<Name>>,
    }

    #[schemars(untagged)]
    pub(super) enum Read {
        All(bool),
        Rows(String),
    }

    /// The offline mode composition: what exists on devices (C1).
    pub(super) struct Offline {
        exchange: Option<Exchange>,
        /// Objects on the device by full name.
        #[schemars(rename = "use")]
        use_: Option<BTreeMap<String, Inclusion>>,
        /// Roles that exist on the device.
        roles: Option<OneOrMore<Name>>,
        /// Roles that cap rights on the device.
        restriction_roles: Option<OneOrMore<Name>>,
    }

    /// Settings of the exchange (C8).
    pub(super) struct Exchange {
        /// Name of the exchange plan.
        plan: Option<Name>,
        /// A round starts when data change.
        on_change: Option<bool>,
        /// Time between rounds.
        period: Option<Time>,
        /// Items applied in one transaction, 5000 at most.
        transaction_items: Option<u32>,
        /// Time after which a device that was not heard of is forgotten.
        drop_inactive_nodes_after: Option<Time>,
    }

    /// How an object takes part (C2, C6).
    pub(super) struct Inclusion {
        priority: Option<Priority>,
        /// Children that stay off the device.
        except: Option<OneOrMore<Child>>,
        /// The opposite of `except`: of the kinds named, only these are on the device.
        only: Option<OneOrMore<Child>>,
        /// Big attributes that are wanted on the device all the same (C5).
        include: Option<OneOrMore<Child>>,
        /// Condition that rows on the device fulfil: `"Date >= today() - days(90)"`.
        keep: Option<String>,
    }
}

/// `subsystems.yaml`.
pub(super) type Sections = Vec<Section>;

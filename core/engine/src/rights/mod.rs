//! What a user may do: roles, restriction roles of the device (C7), rows and attributes.

use std::collections::BTreeMap;

use twinshore_metadata::{Bundle, Configuration, ObjectName, Ref, RoleDefinition, Target};
use twinshore_protocol::{ObjectRights, ServerError};
use twinshore_words::say_with;

use crate::EngineError;

/// Which rows may be read: every list is "one of these conditions holds", all lists hold together. No list means all rows.
pub type RowConditions = Vec<Vec<String>>;

/// A user's session as the engine sees it.
#[derive(Debug, Clone)]
pub struct UserRights {
    /// Sign-in name.
    pub user_name: String,
    /// Item of the users' catalog.
    pub user: Option<Ref>,
    /// Roles that count here.
    pub roles: Vec<String>,
    /// Language.
    pub language: String,
    own: Vec<RoleDefinition>,
    restriction: Vec<RoleDefinition>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Read,
    Insert,
    Update,
    Delete,
    Post,
    Use,
}

impl Action {
    /// Key of the text that names the action.
    const fn key(self) -> &'static str {
        match self {
            Self::Read => "right-read",
            Self::Insert => "right-insert",
            Self::Update => "right-update",
            Self::Delete => "right-delete",
            Self::Post => "right-post",
            Self::Use => "right-use",
        }
    }
}

impl UserRights {
    /// Rights of a user: own roles that the bundle knows, capped by restriction roles on the stand-alone server (C7).
    pub fn new(bundle: &Bundle, user_name: &str, user: Option<Ref>, roles: &[String], language: &str) -> Self {
        let find = |names: &[String]| -> Vec<RoleDefinition> {
            names.iter().filter_map(|n| bundle.configuration.roles.get(n)).cloned().collect()
        };
        let own = find(roles);
        let restriction =
            if bundle.target == Target::StandaloneServer { find(&bundle.composition.restriction_roles) } else { Vec::new() };
        Self {
            user_name: user_name.to_owned(),
            user,
            roles: own.iter().map(|r| r.name.clone()).collect(),
            language: language.to_owned(),
            own,
            restriction,
        }
    }

    /// Rights of the platform itself: scheduled jobs, import by the operator.
    pub fn platform(configuration: &Configuration) -> Self {
        let all =
            RoleDefinition { name: "Platform".into(), title: Default::default(), administrator: true, rights: BTreeMap::new() };
        Self {
            user_name: String::new(),
            user: None,
            roles: vec![all.name.clone()],
            language: configuration.default_language().to_owned(),
            own: vec![all],
            restriction: Vec::new(),
        }
    }

    /// True if the user has the role.
    pub fn is_in_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// True if some role allows the action and the restriction roles don't forbid it.
    pub fn may(&self, action: Action, object: &ObjectName) -> bool {
        let allowed = |roles: &[RoleDefinition]| roles.iter().any(|role| allows(role, action, object));
        allowed(&self.own) && (self.restriction.is_empty() || allowed(&self.restriction))
    }

    /// Refuses what is not allowed.
    ///
    /// # Errors
    /// [`ServerError::AccessDenied`].
    pub fn check(&self, action: Action, object: &ObjectName, title: &str) -> Result<(), EngineError> {
        if self.may(action, object) {
            Ok(())
        } else {
            let what = say_with(&self.language, action.key(), &[("title", title.into())]);
            Err(EngineError::Refused(ServerError::AccessDenied { what }))
        }
    }

    /// Conditions on the rows that may be read; to be used after [`Self::may`] said yes to reading.
    pub fn row_conditions(&self, object: &ObjectName) -> RowConditions {
        let of = |roles: &[RoleDefinition]| -> Option<Vec<String>> {
            let mut conditions = Vec::new();
            for role in roles {
                if role.administrator {
                    return None;
                }
                match role.rights.get(object).and_then(|r| r.read.as_ref()) {
                    Some(text) if text.trim().is_empty() => return None,
                    Some(text) => conditions.push(text.clone()),
                    None => {}
                }
            }
            Some(conditions)
        };
        of(&self.own).into_iter().chain(if self.restriction.is_empty() { None } else { of(&self.restriction) }).collect()
    }

    /// Attributes the user may not see: hidden in every role that allows reading.
    pub fn hidden(&self, object: &ObjectName) -> Vec<String> {
        self.attributes(object, |r| &r.hidden)
    }

    /// Attributes the user may not change.
    pub fn read_only(&self, object: &ObjectName) -> Vec<String> {
        self.attributes(object, |r| &r.read_only)
    }

    fn attributes(&self, object: &ObjectName, list: impl Fn(&twinshore_metadata::RoleRights) -> &Vec<String>) -> Vec<String> {
        if self.own.iter().any(|r| r.administrator) {
            return Vec::new();
        }
        let mut lists = self.own.iter().filter_map(|role| role.rights.get(object)).filter(|r| r.read.is_some()).map(list);
        let Some(first) = lists.next() else { return Vec::new() };
        let rest: Vec<_> = lists.collect();
        first.iter().filter(|name| rest.iter().all(|l| l.contains(name))).cloned().collect()
    }

    /// Rights by object, for the interface.
    pub fn summary(&self, configuration: &Configuration) -> BTreeMap<ObjectName, ObjectRights> {
        configuration
            .objects
            .keys()
            .map(|object| {
                let may = |action| self.may(action, object);
                let rights = ObjectRights {
                    read: may(Action::Read),
                    insert: may(Action::Insert),
                    update: may(Action::Update),
                    delete: may(Action::Delete),
                    post: may(Action::Post),
                    use_: may(Action::Use),
                };
                (object.clone(), rights)
            })
            .filter(|(_, rights)| *rights != ObjectRights::default())
            .collect()
    }
}

fn allows(role: &RoleDefinition, action: Action, object: &ObjectName) -> bool {
    if role.administrator {
        return true;
    }
    let Some(rights) = role.rights.get(object) else { return false };
    match action {
        Action::Read => rights.read.is_some(),
        Action::Insert => rights.insert,
        Action::Update => rights.update,
        Action::Delete => rights.delete,
        Action::Post => rights.post,
        Action::Use => rights.use_,
    }
}

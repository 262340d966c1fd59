//! One user's session on one application server: the async border of the engine.
//!
//! Each call runs on a thread of the engine's own with its own unit of work and module context; module variables and data of one
//! user never reach another's call.

mod shared;
mod workers;

#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_metadata::{ObjectKind, ObjectName, Ref, Value};
use twinshore_modules::ModuleContext;
use twinshore_protocol::{
    ApplicationServer, CallId, FindRequest, FindResponse, FormCallRequest, FormCallResponse, JobState, Limit, ListPageRequest,
    ListPageResponse, LockRequest, LockResponse, MarkDeletionRequest, ModuleCallRequest, ModuleCallResponse, OpenFormRequest,
    OpenFormResponse, PresentationsRequest, PresentationsResponse, ServerError, SessionResponse, SuggestRequest,
    SuggestResponse, WriteFormRequest, WriteFormResponse,
};
use uuid::Uuid;

use crate::exchange::{DeviceBundles, HandlersFactory, MainExchange};
use crate::host::{ModuleHandlers, ServerHost, prepare};
use crate::locks::SessionId;
use crate::objects::ObjectHandlers;
use crate::rights::{Action, UserRights};
use crate::{Engine, EngineError, Unit, forms, jobs, journal, lists, objects, options, users};

pub(crate) use shared::Shared;
pub use shared::{MainServerCalls, ServerLimits};

/// A user's session. Cheap; the user's rights are read anew for each call.
#[derive(Clone)]
pub struct EngineSession {
    engine: Engine,
    user_name: String,
    language: Option<String>,
    device: Uuid,
}

impl std::fmt::Debug for EngineSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineSession").field("user_name", &self.user_name).finish_non_exhaustive()
    }
}

impl Engine {
    /// A session of a user of this server.
    pub fn session(&self, user_name: &str) -> EngineSession {
        EngineSession { engine: self.clone(), user_name: user_name.to_owned(), language: None, device: Uuid::nil() }
    }

    /// Rights of a user of this server.
    ///
    /// # Errors
    /// [`ServerError::SessionExpired`] if there is no such user or they may not work.
    pub fn rights(&self, user_name: &str) -> Result<UserRights, ServerError> {
        let configuration = &self.bundle().configuration;
        let catalog = configuration.users.as_ref().map(|(catalog, _)| catalog);
        let user = users::get(&*self.database().reader()?, user_name, catalog)?;
        let user = user.filter(|user| !user.disabled).ok_or(ServerError::SessionExpired)?;
        let item = match user.item {
            Some(item) => Some(item),
            None => self.user_item(&user.name)?,
        };
        Ok(UserRights::new(self.bundle(), &user.name, item, &user.roles, &user.language))
    }

    /// The user's item by the name that the users' catalog holds. On a device it comes with the exchange.
    fn user_item(&self, user_name: &str) -> Result<Option<Ref>, EngineError> {
        let configuration = &self.bundle().configuration;
        let Some((catalog, attribute)) = &configuration.users else { return Ok(None) };
        if configuration.object(catalog).is_none() {
            return Ok(None);
        }
        let unit = Unit::new(self, Arc::new(UserRights::platform(configuration)));
        objects::find(&unit, catalog, &IndexMap::from([(attribute.clone(), Value::from(user_name))]))
    }

    /// Handlers of the configuration for whoever writes over a unit of their own.
    pub fn handlers(&self) -> HandlersFactory {
        Arc::new(|unit: &Rc<Unit>| {
            let host = ServerHost::over(unit);
            Rc::new(ModuleHandlers::new(host)) as Rc<dyn ObjectHandlers>
        })
    }

    /// Main's side of the exchange for a user.
    ///
    /// # Errors
    /// [`ServerError::SessionExpired`].
    pub fn exchange_peer(&self, user_name: &str, bundles: Arc<DeviceBundles>) -> Result<MainExchange, ServerError> {
        let user = Arc::new(self.rights(user_name)?);
        Ok(MainExchange::new(self.clone(), user, bundles, self.handlers()))
    }

    /// True if the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub fn ping(&self) -> Result<(), ServerError> {
        let reader = self.database().reader()?;
        reader.query_row("SELECT 1", [], |row| row.get::<_, i64>(0)).map_err(EngineError::from)?;
        Ok(())
    }
}

impl EngineSession {
    /// The session in the language the person reads now; without, it is the user's own.
    #[must_use]
    pub fn in_language(self, language: &str) -> Self {
        Self { language: Some(language.to_owned()), ..self }
    }

    /// The same on a device: sessions of one user on two devices have locks of their own (F14).
    #[must_use]
    pub fn on_device(self, device: Uuid) -> Self {
        Self { device, ..self }
    }

    fn id(&self) -> SessionId {
        SessionId { user_name: self.user_name.clone(), device: self.device }
    }

    fn check_lock(&self, reference: &Ref) -> Result<(), ServerError> {
        self.engine.shared().locks.check(reference, &self.id(), self.engine.clock().now())
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ServerHost) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ServerError> {
        let (engine, user_name, language) = (self.engine.clone(), self.user_name.clone(), self.language.clone());
        let host = move || -> Result<_, EngineError> {
            let mut user = engine.rights(&user_name)?;
            user.language = language.unwrap_or(user.language);
            Ok(ServerHost::for_call(&engine, Arc::new(user)))
        };
        let call = move || match host() {
            Ok(host) => (work(&host).map_err(Into::into), host.take_contexts()),
            Err(error) => (Err(error.into()), Vec::new()),
        };
        let (recipe, limits) = (self.engine.shared().recipe.clone(), self.engine.limits().call);
        let after = move |used: Vec<ModuleContext>| {
            drop(used);
            prepare(&recipe, limits);
        };
        self.engine.shared().calls.run(call, after).await
    }

    /// A call with effects: one that has its result is answered, not run again, whether it ended before or ends while this one
    /// runs (R17).
    async fn run_once<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        call: CallId,
        work: impl FnOnce(&ServerHost) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ServerError> {
        let (engine, user_name) = (self.engine.clone(), self.user_name.clone());
        self.run(move |host| {
            if let Some(earlier) = journal::earlier(&host.unit, call)? {
                return Ok(earlier);
            }
            match work(host) {
                Err(EngineError::Repeated) => {
                    let unit = Unit::new(&engine, Arc::new(engine.rights(&user_name)?));
                    journal::earlier(&unit, call)?.ok_or(EngineError::Repeated)
                }
                result => result,
            }
        })
        .await
    }
}

fn call_module(host: &ServerHost, request: ModuleCallRequest) -> Result<ModuleCallResponse, EngineError> {
    let configuration = host.unit.configuration();
    let name = ObjectName::new(ObjectKind::Module, request.module.clone());
    let Some(module) = configuration.object(&name).filter(|module| module.server_call) else {
        return Err(host.no_such_function(&request.module, &request.method));
    };
    host.unit.user().check(Action::Use, &name, module.title.text(&host.unit.user().language))?;
    let result = host.call_common(&request.module, &request.method, request.arguments)?;
    let response = ModuleCallResponse { result, messages: host.take_messages() };
    forms::keep(host, request.call_id, &response)?;
    Ok(response)
}

#[async_trait]
impl ApplicationServer for EngineSession {
    async fn session(&self) -> Result<SessionResponse, ServerError> {
        self.run(|host| session_response(&host.unit)).await
    }

    async fn open_form(&self, request: OpenFormRequest) -> Result<OpenFormResponse, ServerError> {
        self.run(|host| forms::open(host, request)).await
    }

    async fn form_call(&self, request: FormCallRequest) -> Result<FormCallResponse, ServerError> {
        self.run_once(request.call_id, |host| forms::call(host, request)).await
    }

    async fn write_form(&self, request: WriteFormRequest) -> Result<WriteFormResponse, ServerError> {
        self.check_lock(&request.key)?;
        let key = request.key.clone();
        let written = self.run_once(request.call_id, |host| forms::write(host, request)).await?;
        // Nothing unsaved is left to keep others from.
        self.engine.shared().locks.give_back(&key, &self.id());
        Ok(written)
    }

    async fn list_page(&self, request: ListPageRequest) -> Result<ListPageResponse, ServerError> {
        self.run(move |host| lists::page(&host.unit, &request)).await
    }

    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestResponse, ServerError> {
        self.run(move |host| lists::suggest(&host.unit, &request)).await
    }

    async fn find(&self, request: FindRequest) -> Result<FindResponse, ServerError> {
        self.run(move |host| Ok(FindResponse { reference: objects::find(&host.unit, &request.object, &request.values)? })).await
    }

    async fn module_call(&self, request: ModuleCallRequest) -> Result<ModuleCallResponse, ServerError> {
        self.run_once(request.call_id, |host| call_module(host, request)).await
    }

    async fn lock(&self, request: LockRequest) -> Result<LockResponse, ServerError> {
        let LockRequest { reference, lock } = request;
        let owner = reference.object.clone();
        self.run(move |host| {
            let title = host.unit.object(&owner)?.title.text(&host.unit.user().language).to_owned();
            host.unit.user().check(Action::Update, &owner, &title)
        })
        .await?;
        let (locks, session) = (&self.engine.shared().locks, self.id());
        if !lock {
            locks.give_back(&reference, &session);
            return Ok(LockResponse { held_by: None });
        }
        Ok(LockResponse { held_by: locks.take(&reference, &session, self.engine.clock().now())? })
    }

    async fn mark_deletion(&self, request: MarkDeletionRequest) -> Result<(), ServerError> {
        self.check_lock(&request.reference)?;
        self.run_once(request.call_id, move |host| forms::mark_deletion(host, &request)).await
    }

    async fn presentations(&self, request: PresentationsRequest) -> Result<PresentationsResponse, ServerError> {
        self.run(|host| {
            let mut references = request.references;
            if references.len() > objects::MAXIMUM_PRESENTATIONS {
                return Err(ServerError::limit(Limit::References, objects::MAXIMUM_PRESENTATIONS.to_string()).into());
            }
            objects::present(&host.unit, &mut references)?;
            Ok(PresentationsResponse { references })
        })
        .await
    }

    async fn session_parameter(&self, name: String) -> Result<Value, ServerError> {
        self.run(move |host| host.session_parameter_for_client(&name)).await
    }

    async fn job_state(&self, id: Uuid) -> Result<JobState, ServerError> {
        self.run(move |host| {
            let state = jobs::get(&*host.unit.connection()?, id, &host.unit.user().user_name)?;
            state.ok_or_else(|| EngineError::refused("This server has no such job."))
        })
        .await
    }
}

/// What a client is told of its session.
pub(crate) fn session_response(unit: &Unit) -> Result<SessionResponse, EngineError> {
    let user = unit.user();
    Ok(SessionResponse {
        user_name: user.user_name.clone(),
        user: user.user.clone(),
        roles: user.roles.clone(),
        language: user.language.clone(),
        rights: user.summary(unit.configuration()),
        device_bundle: None,
        options: options::on(unit)?,
    })
}

//! From nothing to work: downloading the configuration and the data, opening the stand-alone server (A1, A8).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use twinshore_engine::exchange::DeviceExchange;
use twinshore_engine::storage::{Database, is_plain};
use twinshore_engine::users::User;
use twinshore_engine::{ServerLimits, schema};
use twinshore_metadata::{DeviceBundle, ModuleName};
use twinshore_modules::{CallLimits, ModuleContext, Side};
use twinshore_protocol::{Clock, ServerError, SessionResponse};

use super::host::ClientHost;
use super::progress::Progress;
use super::visit::{Stopped, Visit};
use super::{App, Contexts, Internal, Work};
use crate::account::Account;
use crate::bundles::BundleFiles;
use crate::keys;
use crate::stand_alone::{self, MainServerPort};
use crate::view::ScreenView;
use crate::{AvailabilityEvent, ClientError, UsedServer};

/// The user of the stand-alone server, as main told.
pub(super) fn user_of(session: &SessionResponse) -> User {
    User {
        name: session.user_name.clone(),
        verifier: String::new(),
        roles: session.roles.clone(),
        language: session.language.clone(),
        item: session.user.clone(),
        disabled: false,
    }
}

impl App {
    /// Goes on where the last start ended: whoever worked then works on, after the PIN if there is one (A8).
    pub async fn resume_work(self: Rc<Self>) {
        if self.asks_main() {
            self.spawn(|app| async move { app.tell_wipes().await });
        }
        let last: String = self.store.get("account").unwrap_or_default();
        let Some(account) = self.accounts.get(&last) else {
            let user_name = self.store.get("user").unwrap_or_default();
            return self.sign_in_screen(user_name, "", false);
        };
        if let Some(reason) = account.barred {
            return self.sign_in_screen(account.session.user_name, self.error_text(&ServerError::Barred { reason }), false);
        }
        if account.pin.is_some() {
            self.state.borrow_mut().account.clone_from(&account.id);
            return self.lock_screen(&account, "", false);
        }
        self.enter(account).await;
    }

    pub(super) fn screen(self: &Rc<Self>, screen: ScreenView) {
        self.state.borrow_mut().screen = screen;
        self.changed();
        self.publish();
    }

    /// Tries a download again that stopped.
    pub async fn retry_download(self: &Rc<Self>) {
        let visit = self.visit();
        let ready = {
            let _door = self.at_the_door().await;
            let broke_off = matches!(&self.state.borrow().screen, ScreenView::Download(view) if !view.error.is_empty());
            if broke_off { self.download(visit).await } else { Err(Stopped::Told) }
        };
        if ready.is_ok() {
            self.start_work().await;
        }
    }

    /// The configuration, then the data; goes on where it stopped (A1).
    pub(super) async fn download(self: &Rc<Self>, visit: Visit) -> Result<(), Stopped> {
        self.still(visit)?;
        let account = self.account().ok_or(Stopped::Left)?;
        let step = self.say("download-app").to_owned();
        self.progress(&step, &Progress::Begun);
        let result = match self.files(&account) {
            Ok(files) => self.download_configuration(&account, &files, &step).await,
            Err(error) => Err(error),
        };
        self.still(visit)?;
        if let Err(error) = result {
            self.broke_off(&account, &step, &error);
            return Err(Stopped::Told);
        }
        if !account.complete {
            let step = self.say("download-data").to_owned();
            let result = self.first_download(&step).await;
            self.still(visit)?;
            if let Err(error) = result {
                self.broke_off(&account, &step, &error.into());
                return Err(Stopped::Told);
            }
        }
        self.change_account(|account| account.complete = true);
        Ok(())
    }

    /// A download came to no end. It can be tried again, but for what no repeating helps: a file that can't be read, and a main server
    /// that no longer knows who asks.
    fn broke_off(self: &Rc<Self>, account: &Account, step: &str, error: &ClientError) {
        let text = self.client_error_text(error);
        if error.unreadable_file().is_some() {
            self.could_not_open(account, error);
        } else if matches!(error, ClientError::Server(error) if error.wants_sign_in()) {
            self.leave();
            self.sign_in_screen(account.session.user_name.clone(), text, false);
        } else {
            self.download_stopped(step, text);
        }
    }

    async fn download_configuration(
        self: &Rc<Self>,
        account: &Account,
        files: &BundleFiles,
        step: &str,
    ) -> Result<(), ClientError> {
        // A download that is taken up later may find that main offers another one by now.
        let offered = match self.while_here(self.connection.hello()).await {
            Ok((hello, _)) => hello.device_bundle,
            Err(ServerError::MainServerUnavailable { .. }) if files.current().is_some() => {
                return self.open_work(account, files).await;
            }
            Err(error) => return Err(error.into()),
        };
        let hash = offered.ok_or_else(|| self.refusal("no-device-configuration"))?;
        if files.current().is_none_or(|bundle| bundle.hash() != hash) {
            self.fetch(&hash, files, step).await?;
            files.followed()?;
        }
        self.open_work(account, files).await
    }

    fn refusal(&self, key: &str) -> ServerError {
        ServerError::Refused { message: self.say(key).to_owned(), attribute: None, row: None }
    }

    async fn first_download(self: &Rc<Self>, step: &str) -> Result<(), ServerError> {
        let started = self.options.clock.elapsed();
        let round = self.round(|app, done, total| {
            let rate = (done as f64 / app.options.clock.elapsed().saturating_sub(started).as_secs_f64().max(0.001)) as u64;
            app.progress(step, &Progress::Items { done, total: total.max(done), rate });
        });
        self.while_here(round).await
    }

    /// Opens what an account works with, as it was left. An update that was killed half way is brought to its end.
    pub(super) async fn open_work(self: &Rc<Self>, account: &Account, files: &BundleFiles) -> Result<(), ClientError> {
        if let Some(next) = files.next()
            && self.follows(account, &next)
        {
            files.followed()?;
        }
        let device = files.current().ok_or_else(|| self.refusal("configuration-missing"))?;
        let visit = self.visit();
        let work = self.prepare(account, device).await?;
        self.work_with(work, visit);
        Ok(())
    }

    /// True if the local database follows a configuration already.
    fn follows(&self, account: &Account, bundle: &DeviceBundle) -> bool {
        let path = self.database_of(account);
        let follows = || {
            let key = if is_plain(&path) { None } else { keys::kept_key(&*self.options.platform, &account.base).ok()? };
            let database = Database::open_with(&path, key).ok()?;
            Some(schema::setting(&*database.reader().ok()?, "bundle").ok()?? == bundle.standalone.hash.0)
        };
        path.exists() && follows().unwrap_or(false)
    }

    pub(super) fn database_of(&self, account: &Account) -> std::path::PathBuf {
        self.options.directory.join(&account.base).join("base.db")
    }

    /// Opens the stand-alone server, which brings its database to the configuration, and the module contexts.
    pub(super) async fn prepare(self: &Rc<Self>, account: &Account, device: DeviceBundle) -> Result<Work, ClientError> {
        let database = self.database_of(account);
        std::fs::create_dir_all(self.options.directory.join(&account.base))?;
        let session = account.session.clone();
        let clock: Arc<dyn Clock> = self.options.clock.clone();
        let (user, offset) = (user_of(&session), self.options.platform.utc_offset_s());
        let (platform, base) = (Arc::clone(&self.options.platform), account.base.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let key = keys::key_of(&*platform, &base, &database)?;
            let engine = stand_alone::open(&database, key, &device, user, clock, offset);
            engine.map(|engine| (engine, device)).map_err(|error| ClientError::from(error).of_file(&database))
        });
        let (engine, device) = opened.await.map_err(|error| ServerError::Internal { report: error.to_string() })??;
        let call = CallLimits { time_ms: milliseconds(self.options.settings.standalone_call_time), ..CallLimits::default() };
        engine.set_limits(ServerLimits { call, ..ServerLimits::default() });
        let inside = self.inside.clone();
        let call = move |request, done| drop(inside.send(Internal::CallMain(request, done)));
        engine.set_main_server(Arc::new(MainServerPort::new(Arc::clone(&self.main_state), call)));
        let rights = Arc::new(engine.rights(&session.user_name)?);
        let exchange = DeviceExchange::new(engine.clone(), rights, device.hash());
        self.connection.set_bundle(Some(device.hash()));
        let contexts = self.contexts(&device)?;
        Ok(Work::new(device, engine, session, contexts, exchange))
    }

    fn contexts(self: &Rc<Self>, device: &DeviceBundle) -> Result<Contexts, ClientError> {
        let both = [UsedServer::Main, UsedServer::Standalone].into_iter();
        let contexts = both.map(|server| Ok((server, Rc::new(self.new_context(device, server)?))));
        contexts.collect::<Result<_, ClientError>>().map(RefCell::new)
    }

    /// A new context of the client modules that belong to a server.
    pub(super) fn new_context(
        self: &Rc<Self>,
        device: &DeviceBundle,
        server: UsedServer,
    ) -> Result<ModuleContext, ClientError> {
        let bundle = match server {
            UsedServer::Main => &device.client_of_main,
            UsedServer::Standalone => &device.client_of_standalone,
        };
        let common: Vec<String> = device
            .client_of_main
            .configuration
            .of_kind(twinshore_metadata::ObjectKind::Module)
            .map(|m| m.name.name.clone())
            .collect();
        let host = Rc::new(ClientHost::new(Rc::downgrade(self), server));
        let limits = CallLimits { time_ms: milliseconds(self.options.settings.handler_time), ..CallLimits::default() };
        ModuleContext::new(Side::Client, Arc::new(bundle.modules.clone()), &common, limits, host)
            .map_err(|error| ServerError::Internal { report: error.to_string() }.into())
    }

    /// Work begins: everything that an account needs is open.
    pub(super) async fn start_work(self: &Rc<Self>) {
        if self.work().is_none() {
            return;
        }
        if self.must_choose_pin() {
            return self.choose_pin();
        }
        self.started.set(true);
        self.watch_changes();
        self.leave_forbidden_mode();
        self.check_store(self.store.forget_old_calls(self.options.clock.now()));
        self.screen(ScreenView::Work);
        self.update_pending();
        self.link_event(AvailabilityEvent::Working);
        self.listen_now.notify_one();
        self.wait_for_main_server().await;
        self.link_event(AvailabilityEvent::Started);
        self.exchange_now.notify_one();
        // Without main the start handlers are those of the local configuration (A8).
        let server = if self.is_available() { UsedServer::Main } else { UsedServer::Standalone };
        if let Some(Err(error)) = self.handler(server, &ModuleName::Application, "onStart", Vec::new()).await {
            self.show_module_error(&error, 0);
        }
    }

    /// Nothing is open any more; what is typed was kept before.
    pub(super) fn close_work(self: &Rc<Self>) {
        let open: Vec<u32> = self.forms.borrow().keys().copied().collect();
        open.into_iter().for_each(|form| self.drop_form(form, 0));
        self.work.borrow_mut().take();
        self.connection.set_bundle(None);
        self.started.set(false);
        let mut state = self.state.borrow_mut();
        state.order.clear();
        state.active = 0;
    }
}

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

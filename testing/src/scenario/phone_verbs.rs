//! Verbs of a person who holds a phone, and what befalls it.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use twinshore_client::Client;
use twinshore_client::view::{FormEvent, ModeView, ScreenView};
use twinshore_metadata::Value;
use twinshore_modules::HostError;

use super::arguments::{Arguments, Reply, refused, text_of, trouble};
use super::condition::{self, Notice};
use super::handset::{Handset, new_settings};
use super::main_verbs::trapped;
use super::requests::{Point, Victim};
use super::span::{self, PhoneClock};
use super::stage::{PATIENCE, Stage};
use crate::PhoneSetup;

/// Time moves on by no more at once, so that what falls due on the way happens on the way …
const STEP: Duration = Duration::from_secs(5);
/// … in no more steps than these.
const MOST_STEPS: u32 = 20;

/// Carries out a verb.
pub(super) async fn perform(stage: &Arc<Stage>, verb: &str, mut arguments: Arguments) -> Reply {
    if verb == "new" {
        return new(stage, arguments).await;
    }
    let number = arguments.number()?;
    let handset = stage.handset(number)?;
    match verb {
        "dispatch" => {
            let (form, event) = (arguments.form()?, arguments.text()?);
            let event: FormEvent = serde_json::from_str(&event).map_err(|error| trouble(error.to_string()))?;
            let client = handset.client()?;
            client.dispatch(form, event);
            settled(&handset, &client).await
        }
        "do" => {
            let action = arguments.text()?;
            let client = handset.client()?;
            act(&client, &action, arguments)?;
            settled(&handset, &client).await
        }
        "operation" => {
            let (name, values) = (arguments.text()?, arguments.list());
            let client = handset.client()?;
            let result = patiently(&handset, client.operation(&name, values)).await??;
            settled(&handset, &client).await?;
            Ok(result)
        }
        "exchange" => {
            let client = handset.client()?;
            patiently(&handset, client.exchange()).await?.map_err(refused)?;
            settled(&handset, &client).await
        }
        "signIn" => {
            let (user, password) = (arguments.text()?, arguments.text()?);
            sign_in(&handset, &user, &password).await?;
            Ok(Value::Empty)
        }
        "unlock" => {
            let (pin, client) = (arguments.text()?, handset.client()?);
            client.unlock(pin);
            settled(&handset, &client).await?;
            at_work(&handset, &client).await
        }
        "choosePin" => {
            let (pin, client) = (arguments.text()?, handset.client()?);
            client.choose_pin();
            settled(&handset, &client).await?;
            client.set_pin(Some(pin));
            settled(&handset, &client).await?;
            at_work(&handset, &client).await
        }
        "link" => {
            let (condition, notice) = (arguments.fields(), arguments.flag());
            link(stage, &handset, &condition, notice).await
        }
        "kill" => {
            handset.client()?;
            handset.kill("is killed").await;
            Ok(Value::Empty)
        }
        "killAt" => {
            let (request, when) = (arguments.text()?, arguments.text()?);
            let point = match when.as_str() {
                "sent" => Point::Arrived,
                "answered" => Point::Answered,
                other => return Err(trouble(format!("“{other}” is no point of a request; write \"sent\" or \"answered\""))),
            };
            trapped(stage, request, point, Victim::Phone(number)).await
        }
        "restart" => {
            handset.stop().await;
            handset.set_settings(&arguments.fields())?;
            handset.start()?;
            stage.timeline.note(&handset.device, "is started");
            let client = handset.client()?;
            settled(&handset, &client).await?;
            await_notice(&handset).await?;
            settled(&handset, &client).await
        }
        other => Err(trouble(format!("a phone has no verb {other}"))),
    }
}

async fn new(stage: &Arc<Stage>, mut arguments: Arguments) -> Reply {
    let (user, device, options) = (arguments.text()?, arguments.text()?, arguments.fields());
    if stage.phone_named(&device).is_some() {
        return Err(trouble(format!(
            "there is a phone called {device} already: give this one another name, {{ device: \"…\" }}"
        )));
    }
    let structure = |name: &str| match options.get(name) {
        Some(Value::Structure(fields)) => fields.iter().cloned().collect(),
        _ => IndexMap::new(),
    };
    let wrong = text_of(&options, "clock").map_or_else(|| Ok(chrono::TimeDelta::zero()), |text| span::parse(&text));
    let clock = Arc::new(PhoneClock::new(stage.clock.clone(), wrong.map_err(trouble)?));
    let link = stage.world()?.link().map_err(|error| trouble(error.to_string()))?;
    let condition: IndexMap<String, Value> = structure("link");
    let state = condition::of(&condition, stage.seed)?;
    link.set(state);
    let directory = stage.world()?.device_folder(&device).map_err(|error| trouble(error.to_string()))?;
    let setup = PhoneSetup {
        clock: Arc::clone(&clock) as _,
        language: text_of(&options, "language").unwrap_or_else(|| "en".into()),
        ..PhoneSetup::new(directory, new_settings(&structure("settings"))?)
    };
    let handset = Arc::new(Handset::new(stage, &device, link, clock, setup));
    handset.start()?;
    let number = {
        let mut phones = stage.phones.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        phones.push(Arc::clone(&handset));
        phones.len() - 1
    };
    if options.get("signIn") != Some(&Value::Boolean(false)) {
        let password = text_of(&options, "password").unwrap_or_default();
        sign_in(&handset, &user, &password).await?;
        if condition::notice(state) == Notice::There {
            await_notice(&handset).await?;
            let client = handset.client()?;
            patiently(&handset, client.exchange()).await?.map_err(refused)?;
            settled(&handset, &client).await?;
        }
    }
    Ok(Value::Decimal(number.into()))
}

async fn sign_in(handset: &Handset, user: &str, password: &str) -> Result<(), HostError> {
    let client = handset.client()?;
    client.sign_in(user.to_owned(), password.to_owned());
    settled(handset, &client).await?;
    at_work(handset, &client).await.map(drop)
}

/// Fails with what the screen says, if somebody can't work.
async fn at_work(handset: &Handset, client: &Client) -> Reply {
    let view = client.interface_view().await.map_err(|error| trouble(error.to_string()))?;
    match view.screen {
        ScreenView::Work => Ok(Value::Empty),
        ScreenView::SignIn { error, .. } | ScreenView::Lock { error, .. } | ScreenView::ChoosePin { error, .. } => {
            Err(HostError::new("SignInRefused", format!("{} lets nobody in: {error}", handset.device)))
        }
        ScreenView::Download(download) => {
            Err(HostError::new("DownloadFailed", format!("the download on {} stopped: {}", handset.device, download.error)))
        }
    }
}

/// Waits until everything that was caused on a phone is finished.
pub(super) async fn settled(handset: &Handset, client: &Client) -> Reply {
    patiently(handset, client.settled()).await.map(|()| Value::Empty)
}

async fn patiently<T>(handset: &Handset, work: impl Future<Output = T>) -> Result<T, HostError> {
    tokio::time::timeout(PATIENCE, work).await.map_err(|_| {
        let last = handset.log().pop().map(|entry| format!("; its last call was {} on {}", entry.call, entry.server));
        trouble(format!(
            "the app of {} did not finish what this caused in {} s{}",
            handset.device,
            PATIENCE.as_secs(),
            last.unwrap_or_default()
        ))
    })
}

fn mode(value: &Value) -> Result<ModeView, HostError> {
    let text = value.as_text().unwrap_or_default();
    serde_json::from_value(serde_json::Value::from(text))
        .map_err(|_| trouble(format!("“{text}” is no mode; there are normal, offline and poorConnection")))
}

fn act(client: &Client, action: &str, mut arguments: Arguments) -> Result<(), HostError> {
    match action {
        "open" => client.open(arguments.text()?),
        "activate" => client.activate(arguments.form()?),
        "setMode" => client.set_mode(mode(&arguments.value())?),
        "answer" => {
            let id = arguments.text()?.parse().map_err(|_| trouble("a question is wanted"))?;
            client.answer_dialog(id, arguments.text()?);
        }
        "answerOffer" => match arguments.value() {
            Value::Empty => client.answer_offer(None),
            chosen => client.answer_offer(Some(mode(&chosen)?)),
        },
        "takeDraft" => client.take_draft(arguments.text()?),
        "discardDraft" => client.discard_draft(arguments.text()?),
        "signOut" => client.sign_out(),
        "setLanguage" => client.set_language(arguments.text()?),
        "suspend" => client.suspend(),
        "resume" => client.resume(),
        other => return Err(trouble(format!("a person can't do {other}"))),
    }
    Ok(())
}

async fn link(stage: &Arc<Stage>, handset: &Handset, condition: &IndexMap<String, Value>, notice: bool) -> Reply {
    let state = condition::of(condition, stage.seed)?;
    handset.link.set(state);
    stage.timeline.note(&handset.device, format!("has the link {state:?}"));
    if notice && handset.is_running() {
        await_notice(handset).await?;
        settled(handset, &handset.client()?).await?;
    }
    Ok(Value::Empty)
}

/// Waits until a phone has noticed how its link is, where it looks at it at all.
async fn await_notice(handset: &Handset) -> Result<(), HostError> {
    let wanted = match condition::notice(handset.link.state()) {
        Notice::Gone => false,
        Notice::There => true,
        Notice::Nothing => return Ok(()),
    };
    let phone = handset.phone()?;
    let noticed = phone.try_until(PATIENCE, |view| {
        let looks = view.screen == ScreenView::Work && view.status.mode != ModeView::Offline;
        (!looks || view.status.available == wanted).then_some(())
    });
    match noticed.await {
        Some(()) => Ok(()),
        None if wanted => Err(trouble(format!("{} did not find the main server again", handset.device))),
        None => Err(trouble(format!("{} did not notice that the main server can't be reached", handset.device))),
    }
}

/// Lets phones learn of what befell the main server.
pub(super) async fn breathe(stage: &Arc<Stage>) {
    let phones = stage.phones.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    for handset in phones {
        if let Ok(client) = handset.client() {
            let _ = settled(&handset, &client).await;
        }
    }
}

/// Waits until nothing is under way on any phone, exchange rounds too.
pub(super) async fn all_settled(stage: &Arc<Stage>) -> Result<(), HostError> {
    let phones = stage.phones.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    for handset in phones {
        let Ok(phone) = handset.phone() else { continue };
        settled(&handset, phone.client()).await?;
        let quiet = phone.try_until(PATIENCE, |view| (!view.status.exchange.running).then_some(())).await;
        if quiet.is_none() && handset.is_running() {
            return Err(trouble(format!("the exchange of {} does not end", handset.device)));
        }
        settled(&handset, phone.client()).await?;
    }
    Ok(())
}

/// Moves all clocks on.
pub(super) async fn advance(stage: &Arc<Stage>, text: &str) -> Result<(), HostError> {
    let by = span::positive(text).map_err(trouble)?;
    let steps = u32::try_from(by.as_millis() / STEP.as_millis()).unwrap_or(u32::MAX).clamp(1, MOST_STEPS);
    for _ in 0..steps {
        stage.clock.advance(by / steps);
        all_settled(stage).await?;
    }
    Ok(())
}

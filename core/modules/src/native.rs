//! What Rust gives to the preludes, and the preludes themselves put together.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::Instant;

use chrono::NaiveDate;
use rquickjs::function::Func;
use rquickjs::{Ctx, Function, Object, Persistent};
use serde_json::{Value as Json, json};
use twinshore_metadata::{PeriodError, StandardPeriod, Value};

use crate::error::parse_stack;
use crate::shared::Shared;
use crate::sources::{common_name, namespace};
use crate::{HostError, HostReply, Side, answer, decimal};

const COMMON: &str = include_str!("prelude/common.js");
const FORMS: &str = include_str!("prelude/forms.js");
const SERVER: &str = include_str!("prelude/server.js");
const CLIENT: &str = include_str!("prelude/client.js");

/// Unhandled rejections that are remembered in one turn.
const REJECTIONS_LIMIT: usize = 100;

/// Evaluates the preludes and gives what Rust calls of them: `invoke` and `complete`.
pub fn prepare(ctx: &Ctx<'_>, shared: &Rc<Shared>, common: &[String]) -> rquickjs::Result<Persistent<Object<'static>>> {
    let native = native(ctx, shared)?;
    let prelude = |source: &str, name: &str| -> rquickjs::Result<Function<'_>> {
        let mut options = rquickjs::context::EvalOptions::default();
        options.filename = Some(format!("<{name}>"));
        ctx.eval_with_options(source.to_owned(), options)
    };
    let entry: Object<'_> = prelude(COMMON, "common")?.call((native,))?;
    let forms: Object<'_> = prelude(FORMS, "forms")?.call((entry.clone(),))?;
    let side = match shared.side {
        Side::Server => prelude(SERVER, "server")?,
        Side::Client => prelude(CLIENT, "client")?,
        Side::Own(source) => prelude(source, "own")?,
    };
    side.call::<_, ()>((entry.clone(), forms))?;
    let offer: Function<'_> = entry.get("offer")?;
    offer.call::<_, ()>((common.to_vec(),))?;
    Ok(Persistent::save(ctx, entry))
}

fn native<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    let owner = Rc::downgrade(shared);
    native.set(
        "host",
        Func::from(move |operation: String, arguments: String| -> String {
            owner.upgrade().map_or_else(|| "{}".to_owned(), |shared| ask_host(&shared, &operation, &arguments).to_string())
        }),
    )?;
    native.set(
        "decimal",
        Func::from(|ctx: Ctx<'_>, operation: String, a: String, b: String, scale: i32| -> rquickjs::Result<String> {
            decimal::calculate(&operation, &a, &b, scale).map_err(|text| rquickjs::Exception::throw_range(&ctx, &text))
        }),
    )?;
    native.set(
        "period",
        Func::from(|ctx: Ctx<'_>, name: String, today: String| -> rquickjs::Result<Vec<String>> {
            ends(&name, &today).map_err(|text| rquickjs::Exception::throw_type(&ctx, &text))
        }),
    )?;
    let owner = Rc::downgrade(shared);
    native.set(
        "find",
        Func::from(move |module: String, function: String| -> Option<String> {
            let shared = owner.upgrade()?;
            let found = shared.modules.get(&common_name(shared.side, &module))?;
            found.exports.contains(&function).then(|| found.file.clone())
        }),
    )?;
    native.set(
        "namespace",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, file: String| -> rquickjs::Result<Object<'js>> { namespace(&ctx, &file) })?,
    )?;
    Ok(native)
}

/// First and last day of a standard period; nothing for one without ends.
fn ends(name: &str, today: &str) -> Result<Vec<String>, String> {
    let period: StandardPeriod = name.parse().map_err(|error: PeriodError| error.to_string())?;
    let today: NaiveDate = today.parse().map_err(|_| format!("{today} is not a day"))?;
    Ok(period.days(today).map(|(first, last)| vec![first.to_string(), last.to_string()]).unwrap_or_default())
}

fn ask_host(shared: &Shared, operation: &str, arguments: &str) -> Json {
    let values = match serde_json::from_str::<Value>(arguments) {
        Ok(Value::List(values)) => values,
        Ok(_) | Err(_) => return answer::of_host(Err(HostError::new("Malformed", "The arguments are not values."))),
    };
    let asked = Instant::now();
    let reply = shared.host.call(operation, values);
    if operation == "mainServer.call" {
        // A slow link is not the code's fault.
        shared.watch.forgive(asked.elapsed());
    }
    match reply {
        HostReply::Ready(result) => answer::of_host(result),
        HostReply::Later(ticket) => {
            shared.await_answer(ticket);
            json!({ "later": ticket })
        }
    }
}

/// Keeps an eye on promises that fail and that nobody awaits.
pub fn note_rejection(shared: &Shared, promise: &rquickjs::Value<'_>, reason: &rquickjs::Value<'_>, handled: bool) {
    answer::note_place(reason, &shared.watch);
    let mut hasher = DefaultHasher::new();
    promise.hash(&mut hasher);
    let mut rejected = shared.rejected.borrow_mut();
    if handled {
        rejected.remove(&hasher.finish());
    } else if rejected.len() < REJECTIONS_LIMIT {
        let text = match reason.as_exception() {
            Some(exception) => {
                let place = parse_stack(&exception.stack().unwrap_or_default()).first().map(|p| format!(" ({p})"));
                format!("{}{}", exception.message().unwrap_or_default(), place.unwrap_or_default())
            }
            None => reason.as_string().and_then(|s| s.to_string().ok()).unwrap_or_else(|| "an error without a text".into()),
        };
        rejected.insert(hasher.finish(), text);
    }
}

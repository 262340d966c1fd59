//! Answers of module code, read: outcomes, exceptions, limits.

use rquickjs::Ctx;
use serde_json::{Value as Json, json};
use twinshore_metadata::Value;

use crate::error::parse_stack;
use crate::limits::Watch;
use crate::{HostError, ModuleError, Outcome};

/// Longest text of an exception that is kept, in bytes.
const MESSAGE_LIMIT: usize = 8 << 10;

/// An answer of the host in the form that the prelude reads.
pub fn of_host(result: Result<Value, HostError>) -> Json {
    match result {
        Ok(value) => json!({ "ok": value.to_json() }),
        Err(error) => json!({ "error": { "code": error.code, "message": error.message, "details": error.details.to_json() } }),
    }
}

/// Reads what the prelude's `invoke` answered. A call that was stopped for its time failed, whatever the code made of that.
pub fn read(text: &str, watch: &Watch) -> Result<Outcome, ModuleError> {
    let malformed = || ModuleError::Runtime("module code gave an answer that can't be read".into());
    let json: Result<Json, _> = serde_json::from_str(text);
    if watch.was_hit() {
        let stack = json.ok().and_then(|json| Some(json.get("error")?.get("stack")?.as_str()?.to_owned()));
        if let Some(place) = stack.and_then(|stack| parse_stack(&stack).into_iter().next()) {
            watch.note_place(place);
        }
        return Err(ModuleError::Limit { what: "time", position: watch.place() });
    }
    let json = json.map_err(|_| malformed())?;
    let value = |json: &Json| Value::from_json(json).map_err(|_| malformed());
    if let Some(error) = json.get("error") {
        let field = |name: &str| error.get(name).and_then(Json::as_str);
        let (kind, message) = (field("kind").unwrap_or_default(), field("message").unwrap_or_default());
        let details = error.get("details").map_or(Ok(Value::Empty), value)?;
        let code = field("code").map(str::to_owned);
        return Err(thrown(kind, message, code, details, field("stack").unwrap_or_default()));
    }
    let arguments = json.get("out").and_then(Json::as_array).into_iter().flatten().map(value).collect::<Result<_, _>>()?;
    Ok(Outcome { result: json.get("ok").map_or(Ok(Value::Empty), value)?, arguments })
}

/// The error of an exception that JavaScript could not turn into a text itself.
pub fn failure(ctx: &Ctx<'_>, error: &rquickjs::Error, watch: &Watch) -> ModuleError {
    let caught = ctx.catch();
    if watch.was_hit() {
        note_place(&caught, watch);
        return ModuleError::Limit { what: "time", position: watch.place() };
    }
    if caught.is_null() {
        // What QuickJS throws when there is no memory left for an error.
        return ModuleError::limit("memory");
    }
    let Some(exception) = caught.as_exception() else {
        let text = caught.as_string().and_then(|s| s.to_string().ok());
        return thrown("", &text.unwrap_or_else(|| error.to_string()), None, Value::Empty, "");
    };
    let kind: String = exception.get("name").unwrap_or_default();
    let message = exception.message().unwrap_or_else(|| error.to_string());
    thrown(&kind, &message, None, Value::Empty, &exception.stack().unwrap_or_default())
}

/// Remembers where code was stopped for its time: the first place is the one.
pub fn note_place(reason: &rquickjs::Value<'_>, watch: &Watch) {
    if watch.was_hit()
        && let Some(exception) = reason.as_exception()
        && let Some(place) = parse_stack(&exception.stack().unwrap_or_default()).into_iter().next()
    {
        watch.note_place(place);
    }
}

/// Errors that JavaScript itself throws: a mistake of the code, not something it says to the person.
const MISTAKES: [&str; 7] =
    ["TypeError", "ReferenceError", "RangeError", "SyntaxError", "URIError", "EvalError", "InternalError"];

fn thrown(kind: &str, message: &str, code: Option<String>, details: Value, stack: &str) -> ModuleError {
    let limit = |what| ModuleError::Limit { what, position: parse_stack(stack).into_iter().next() };
    match (kind, message) {
        ("RangeError", "Maximum call stack size exceeded") => limit("stack"),
        ("InternalError" | "RangeError", text) if text.contains("out of memory") || text == "string too long" => {
            limit("memory")
        }
        ("InternalError", "interrupted") => limit("time"),
        _ => {
            let end = message.floor_char_boundary(MESSAGE_LIMIT);
            let code = code.or_else(|| MISTAKES.contains(&kind).then(|| kind.to_owned()));
            ModuleError::Thrown { message: message[..end].to_owned(), code, details, stack: parse_stack(stack) }
        }
    }
}

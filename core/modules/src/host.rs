//! What modules may ask of the program they run in: the owner of a context implements [`HostApi`].
//!
//! The preludes (`prelude/*.js`) turn the JavaScript API of `docs/modules.md` into operations by name.
//! Operations of a server answer at once (the call has a thread of its own); those of a client that wait for a person or a
//! server answer later through [`crate::ModuleContext::complete`].
//!
//! | operation | side | arguments → result |
//! |---|---|---|
//! | `object.get` | server | `[ref]` → object state or empty |
//! | `object.new` | server | `[object name, values]` → object state |
//! | `object.write` | server | `[object state, {post: "post" \| "unpost" \| empty}]` → object state |
//! | `object.delete` | server | `[ref]` |
//! | `object.find` | server | `[object name, {attribute: value}]` → ref or empty |
//! | `object.unknown` | server | `[object name, attribute or table.column]` → always an error: `NotInComposition` or unknown |
//! | `object.predefined` | both | `[object name, name]` → ref; also values of enumerations |
//! | `ref.attribute` | server | `[ref, attribute]` → value |
//! | `constant.get`, `constant.set` | server | `[name]`, `[name, value]` |
//! | `query` | server | `[text, {parameter: value}]` → list of structures |
//! | `transaction.begin` / `.commit` / `.rollback` | server | may be nested; a commit that fails is rolled back by the host |
//! | `register.balance` | server | `[register, {at, filter, dimensions}]` → list of structures |
//! | `register.turnovers` | server | `[register, {from, to, filter, dimensions}]` → list of structures |
//! | `register.last` | server | `[register, {at, filter}]` → structure or empty |
//! | `register.set` | server | `[register, values]` |
//! | `exchange.record` | server | `[plan, ref]` |
//! | `job.start`, `job.state` | server | `["Module.method", arguments]` → id; `[id]` → structure |
//! | `temporary.put` / `.get` / `.delete` | server | `[value]` → address; `[address]` → value; `WrongServer` on the other server (R16) |
//! | `session` | both | → `{user, userName, roles, language, server}` |
//! | `session.parameter` | both (client: answers later) | `[name]` → value; what the session module sets for this session on this server (R19) |
//! | `server.call` | both | `[module, method, arguments]` → result (client: routed by R2, answers later) |
//! | `mainServer.call` | both | `[module, method, arguments]` → result (client: answers later) |
//! | `mainServer.available` | both | → boolean or empty (R10) |
//! | `message`, `log` | both | `[text]` |
//! | `now` | both | → date |
//! | `form.get`, `form.set` | both | `[form id, attribute]`, `[form id, attribute, value]` |
//! | `form.rows` | both | `[form id, table]` → list of `{id, values}` |
//! | `form.row.set` / `.add` / `.remove` / `.clear` | both | `[form id, table, row id, column, value]`, `[form id, table, values, index?]` → row id, `[form id, table, row id]`, `[form id, table]` |
//! | `form.info` | both | `[form id]` → `{usedServer, modified, key, isNew, title, available, parameters, name, tables: [name]}` |
//! | `form.setInfo` | client | `[form id, {modified?, title?}]` |
//! | `form.element.get` / `.set` | client | `[form id, element, property]`, `[form id, element, property, value]`; properties `visible`, `enabled`, `readOnly`, `title`, `choices` |
//! | `form.server` | client, later | `[form id, method, arguments]` → result |
//! | `form.write`, `form.close`, `form.reopen`, `form.fill` | client, later | `[form id, options]`; `fill` = `[form id, previous form id, options]` → `{copied, skipped, conflicts}` |
//! | `form.open` | client, later | `[name, {key, fillingValues, parameters, server}]` → form id |
//! | `ask` | client, later | `[text, [button, …]]` → button |
//! | `form.reopenAll` | client, later | `[options]` |
//! | `call.repeat` | client, later | `[call id]` → result; repeats a call whose outcome is not known under its id (R17) |
//! | `call.unknown` | client | → list of `{callId, call, when}` |
//! | `device.use` | client, later | `[name, [text, …]]` → what came of it; no value if the person did not want to |
//! | `mode.get`, `mode.set` | client | → `"normal" \| "offline" \| "poorConnection"` |
//!
//! Object state is `{object, id, isNew, version, attributes: {…}, tables: {name: [{id, values}]}, blank: {name: values}}`; `blank`
//! is what a new row of each table holds, so that its columns are known (C16); module code does not give it back.

use twinshore_metadata::Value;

/// A refusal that module code sees as an exception of class `TwinshoreError`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct HostError {
    /// Stable code, for example `MainServerUnavailable`, `NotInComposition`, `ExternalReference`, `NotExported`.
    pub code: String,
    /// For the person: what happened and what to do.
    pub message: String,
    /// Further named values (`reason`, `callId`, `names`).
    pub details: Value,
}

impl HostError {
    /// An error without details.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), details: Value::Empty }
    }
}

/// Answer of the host to an operation.
#[derive(Debug)]
pub enum HostReply {
    /// The result, or an exception.
    Ready(Result<Value, HostError>),
    /// The answer comes later, under this number; module code gets a promise.
    Later(u64),
}

/// Implemented by the owner of a module context.
pub trait HostApi {
    /// Carries out an operation of the table above. Never blocks on a person.
    fn call(&self, operation: &str, arguments: Vec<Value>) -> HostReply;
}

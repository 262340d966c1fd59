//! Data of a server as scenarios read and write them: with the rights of the platform, or of a user.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use indexmap::IndexMap;
use twinshore_engine::objects::{self, ObjectState};
use twinshore_engine::rights::UserRights;
use twinshore_engine::storage::quoted;
use twinshore_engine::{Engine, EngineError, Unit, constants, exchange, query};
use twinshore_metadata::{AttributeType, Bundle, Configuration, ObjectDefinition, ObjectKind, ObjectName, Ref, TypeSet, Value};
use twinshore_modules::HostError;
use twinshore_protocol::{ApplicationServer as _, CallId, ModuleCallRequest, WriteAction};

use super::arguments::{Arguments, Reply, engine_refused, refused, text_of, trouble};

/// Operations on data, by the library's name without who is asked.
const OPERATIONS: [&str; 9] = ["create", "find", "get", "set", "delete", "query", "count", "constant", "setConstant"];

/// True if [`perform`] knows the operation.
pub(super) fn knows(operation: &str) -> bool {
    OPERATIONS.contains(&operation) || operation == "tables" || operation == "nodes" || operation == "call"
}

/// Carries out an operation on an engine. `caller` makes calls of modules for which no user is named.
pub(super) async fn perform(engine: Engine, operation: String, mut arguments: Arguments, caller: String) -> Reply {
    if operation == "call" {
        let (module, method, values) = (arguments.text()?, arguments.text()?, arguments.list());
        let user = text_of(&arguments.fields(), "user").unwrap_or(caller);
        let request = ModuleCallRequest { call_id: CallId::new(), module, method, arguments: values };
        return engine.session(&user).module_call(request).await.map(|r| r.result).map_err(refused);
    }
    let work = move || with_engine(&engine, &operation, arguments);
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(trouble(error.to_string())))
}

fn with_engine(engine: &Engine, operation: &str, mut arguments: Arguments) -> Reply {
    let configuration = Arc::clone(engine.bundle());
    let configuration = &configuration.configuration;
    match operation {
        "create" => {
            let (object, fields) = (arguments.object()?, arguments.fields());
            let unit = unit(engine, &arguments.fields(), configuration)?;
            let action = action(&unit.1);
            let definition = unit.0.object(&object).map_err(engine_refused)?.clone();
            let values = fitted(configuration, &definition, fields)?;
            let mut state = objects::new_object(&unit.0, &object, None, &values).map_err(engine_refused)?;
            engine.handlers()(&unit.0).filling(&mut state, &values).map_err(engine_refused)?;
            // What the scenario says stands, whatever `filling` made of it.
            put(&mut state, &definition, values);
            write(engine, &unit.0, state, action)
        }
        "set" => {
            let (reference, fields) = (arguments.reference()?, arguments.fields());
            let unit = unit(engine, &arguments.fields(), configuration)?;
            let action = action(&unit.1);
            let definition = unit.0.object(&reference.object).map_err(engine_refused)?.clone();
            let state = objects::read(&unit.0, &reference).map_err(engine_refused)?;
            let mut state = state.ok_or_else(|| engine_refused(EngineError::not_found(&reference)))?;
            put(&mut state, &definition, fitted(configuration, &definition, fields)?);
            write(engine, &unit.0, state, action)
        }
        "find" => {
            let (object, fields) = (arguments.object()?, arguments.fields());
            let unit = platform(engine, configuration);
            let values = fitted(configuration, unit.object(&object).map_err(engine_refused)?, fields)?;
            objects::find(&unit, &object, &values).map(|r| r.map_or(Value::Empty, Value::Ref)).map_err(engine_refused)
        }
        "get" => get(&platform(engine, configuration), &arguments.reference()?),
        "delete" => {
            let reference = arguments.reference()?;
            let unit = platform(engine, configuration);
            let handlers = engine.handlers()(&unit);
            objects::delete(&unit, &reference, &*handlers).map(|()| Value::Empty).map_err(engine_refused)
        }
        "query" => {
            let text = arguments.text()?;
            let parameters: query::Parameters = arguments.fields().into_iter().collect();
            let rows = query::run(&platform(engine, configuration), &text, &parameters).map_err(engine_refused)?;
            Ok(Value::List(rows.into_iter().map(|row| Value::Structure(row.into_iter().collect())).collect()))
        }
        "count" => count(engine, &arguments.object()?, configuration),
        "constant" => constants::get(&platform(engine, configuration), &constant(&mut arguments)?).map_err(engine_refused),
        "setConstant" => {
            let (name, value) = (constant(&mut arguments)?, arguments.value());
            let unit = platform(engine, configuration);
            let types = unit.object(&name).map_err(engine_refused)?.attributes.first().map(|a| a.types.clone());
            let value = types.map_or(Ok(value.clone()), |types| fit(configuration, &types, value, &name.to_string()))?;
            constants::set(&unit, &name, value).map(|()| Value::Empty).map_err(engine_refused)
        }
        "tables" => tables(engine),
        "nodes" => nodes(&platform(engine, configuration)),
        other => Err(trouble(format!("there is no operation {other} on data"))),
    }
}

fn platform(engine: &Engine, configuration: &Configuration) -> Rc<Unit> {
    Rc::new(Unit::new(engine, Arc::new(UserRights::platform(configuration))))
}

/// A unit with the rights that the options name, and the options.
fn unit(
    engine: &Engine,
    options: &IndexMap<String, Value>,
    configuration: &Configuration,
) -> Result<(Rc<Unit>, IndexMap<String, Value>), HostError> {
    let unit = match text_of(options, "user") {
        Some(user) => Rc::new(Unit::new(engine, Arc::new(engine.rights(&user).map_err(refused)?))),
        None => platform(engine, configuration),
    };
    Ok((unit, options.clone()))
}

fn action(options: &IndexMap<String, Value>) -> WriteAction {
    match options.get("post") {
        Some(Value::Boolean(true)) => WriteAction::Post,
        Some(Value::Boolean(false)) => WriteAction::Unpost,
        _ => WriteAction::Write,
    }
}

fn write(engine: &Engine, unit: &Rc<Unit>, state: ObjectState, action: WriteAction) -> Reply {
    let handlers = engine.handlers()(unit);
    let written = objects::write(unit, state, action, &*handlers).map_err(engine_refused)?;
    let mut reference = written.reference;
    objects::present(unit, std::slice::from_mut(&mut reference)).map_err(engine_refused)?;
    Ok(Value::Ref(reference))
}

fn get(unit: &Unit, reference: &Ref) -> Reply {
    let Some(mut state) = objects::read(unit, reference).map_err(engine_refused)? else { return Ok(Value::Empty) };
    objects::present_record(unit, &mut state.record).map_err(engine_refused)?;
    let mut fields: Vec<(String, Value)> = state.record.attributes.into_iter().collect();
    for (table, rows) in state.record.tables {
        let rows = rows.into_iter().map(|row| Value::Structure(row.values.into_iter().collect())).collect();
        fields.push((table, Value::List(rows)));
    }
    fields.push(("Ref".into(), Value::Ref(reference.clone())));
    fields.push(("Version".into(), Value::Decimal(state.version.into())));
    Ok(Value::Structure(fields))
}

fn count(engine: &Engine, object: &ObjectName, configuration: &Configuration) -> Reply {
    platform(engine, configuration).object(object).map_err(engine_refused)?;
    let reader = engine.database().reader().map_err(engine_refused)?;
    let sql = format!("SELECT count(*) FROM {}", quoted(&object.to_string()));
    let count: i64 =
        reader.query_row(&sql, [], |row| row.get(0)).map_err(|error| trouble(format!("{object} can't be counted: {error}")))?;
    Ok(Value::Decimal(count.into()))
}

fn constant(arguments: &mut Arguments) -> Result<ObjectName, HostError> {
    let text = arguments.text()?;
    let full = if text.contains('.') { text.clone() } else { format!("Constant.{text}") };
    full.parse().map_err(|_| trouble(format!("{text} is not the name of a constant")))
}

/// Tables of objects with their columns.
fn tables(engine: &Engine) -> Reply {
    let failed = |error: &dyn std::fmt::Display| trouble(format!("the tables can't be read: {error}"));
    let reader = engine.database().reader().map_err(engine_refused)?;
    let read = || -> rusqlite::Result<BTreeMap<String, Vec<Value>>> {
        let sql = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c \
                   WHERE t.type = 'table' AND t.name LIKE '%.%' ORDER BY t.name, c.cid";
        let mut statement = reader.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut tables: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            tables.entry(row.get(0)?).or_default().push(Value::String(row.get(1)?));
        }
        Ok(tables)
    };
    let tables = read().map_err(|error| failed(&error))?;
    Ok(Value::Structure(tables.into_iter().map(|(name, columns)| (name, Value::List(columns))).collect()))
}

/// Devices that exchange, as the operator sees them.
fn nodes(unit: &Unit) -> Reply {
    let nodes = exchange::nodes(unit).map_err(engine_refused)?.into_iter().map(|node| {
        Value::Structure(vec![
            ("code".into(), node.code.0.into()),
            ("name".into(), node.name.into()),
            ("user".into(), node.user_name.into()),
            ("waiting".into(), Value::Decimal(node.waiting.into())),
            ("revoked".into(), node.revoked.into()),
        ])
    });
    Ok(Value::List(nodes.collect()))
}

fn put(state: &mut ObjectState, definition: &ObjectDefinition, values: IndexMap<String, Value>) {
    for (name, value) in values {
        match value {
            Value::List(rows) if definition.table(&name).is_some() => {
                let rows = rows.into_iter().map(|row| {
                    let mut line = twinshore_metadata::TableRow::new();
                    if let Value::Structure(fields) = row {
                        line.values = fields.into_iter().collect();
                    }
                    line
                });
                state.record.tables.insert(name, rows.collect());
            }
            value => state.record.set(name, value),
        }
    }
}

/// Values as the attributes of an object want them.
fn fitted(
    configuration: &Configuration,
    object: &ObjectDefinition,
    fields: IndexMap<String, Value>,
) -> Result<IndexMap<String, Value>, HostError> {
    let mut values = IndexMap::new();
    for (name, value) in fields {
        let place = format!("{}.{name}", object.name);
        let value = match (object.table(&name), object.attribute(&name), value) {
            (Some(table), _, Value::List(rows)) => {
                let columns: IndexMap<&str, &TypeSet> = table.columns.iter().map(|c| (c.name.as_str(), &c.types)).collect();
                Value::List(
                    rows.into_iter().map(|row| fitted_row(configuration, &columns, row, &place)).collect::<Result<_, _>>()?,
                )
            }
            (_, Some(attribute), value) => fit(configuration, &attribute.types, value, &place)?,
            // The engine says what is wrong with the name.
            (_, None, value) => value,
        };
        values.insert(name, value);
    }
    Ok(values)
}

fn fitted_row(configuration: &Configuration, columns: &IndexMap<&str, &TypeSet>, row: Value, place: &str) -> Reply {
    let Value::Structure(fields) = row else { return Err(trouble(format!("a row of {place} is {{column: value}}"))) };
    let fields = fields.into_iter().map(|(name, value)| {
        let types = columns.get(name.as_str()).ok_or_else(|| trouble(format!("{place} has no column {name}")))?;
        let value = fit(configuration, types, value, &format!("{place}.{name}"))?;
        Ok((name, value))
    });
    Ok(Value::Structure(fields.collect::<Result<_, HostError>>()?))
}

/// A value as an attribute wants it: texts are read as its type.
fn fit(configuration: &Configuration, types: &TypeSet, value: Value, place: &str) -> Reply {
    let value = types.coerce(value);
    if value == Value::Empty || types.accepts(&value) {
        return Ok(value);
    }
    let text = value.as_text().map(str::to_owned);
    let read = text.as_deref().and_then(|text| types.0.iter().find_map(|t| read_as(configuration, t, text)));
    read.filter(|value| types.accepts(value)).ok_or_else(|| trouble(format!("{} does not fit {place}", value.to_json())))
}

fn read_as(configuration: &Configuration, wanted: &AttributeType, text: &str) -> Option<Value> {
    match wanted {
        AttributeType::Decimal { .. } => text.parse().ok().map(Value::Decimal),
        AttributeType::Date(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")
            .ok()
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
            .map(Value::Date),
        AttributeType::Boolean => text.parse().ok().map(Value::Boolean),
        AttributeType::Uuid => text.parse().ok().map(Value::Uuid),
        AttributeType::Ref(object) => {
            let definition = configuration.object(object)?;
            let known = match object.kind {
                ObjectKind::Enumeration => definition.values.iter().any(|v| v.name == text),
                _ => definition.predefined.iter().any(|p| p.name == text),
            };
            known.then(|| Value::Ref(Ref::new(object.clone(), Bundle::fixed_id(object, text))))
        }
        _ => None,
    }
}

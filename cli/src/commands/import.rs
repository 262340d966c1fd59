//! `twinshore import csv FILE --object Catalog.Places --map Attribute=column`: rows of a table become items.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, Subcommand};
use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressStyle};
use twinshore_engine::objects::{self, ObjectHandlers};
use twinshore_engine::rights::UserRights;
use twinshore_engine::{Engine, EngineError, Unit, in_bulk};
use twinshore_metadata::text::{self, Locale};
use twinshore_metadata::{ObjectDefinition, ObjectName, TypeSet, Value};
use twinshore_protocol::{ServerError, WriteAction};

use super::{CommandError, open_beside};
use crate::output;

/// Rows of one transaction.
const ROWS_AT_ONCE: usize = 2_000;

/// Arguments.
#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Read a table of comma-separated values whose first line names its columns
    Csv(CsvImport),
}

#[derive(Debug, Args)]
struct CsvImport {
    /// Configuration folder
    folder: PathBuf,
    /// The table
    file: PathBuf,
    /// Catalog or document that gets the rows, for example Catalog.Places
    #[arg(long)]
    object: ObjectName,
    /// Attribute and its column, `Description=name`; may be repeated. Without any, columns are named like attributes
    #[arg(long = "map", value_parser = parse_map)]
    map: Vec<(String, String)>,
    /// Character between columns
    #[arg(long, default_value_t = ',')]
    delimiter: char,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
}

fn parse_map(text: &str) -> Result<(String, String), String> {
    let (attribute, column) = text.split_once('=').ok_or("write it as Attribute=column")?;
    Ok((attribute.to_owned(), column.to_owned()))
}

impl Import {
    /// Reads the table.
    pub fn run(self) -> Result<(), CommandError> {
        let Kind::Csv(csv) = self.kind;
        let engine = open_beside(&csv.folder, csv.database.clone())?;
        let bar = progress(&csv.file);
        let start = Instant::now();
        let rows = import_csv(&engine, &csv, &bar)?;
        bar.finish_and_clear();
        let seconds = start.elapsed().as_secs_f64();
        output::line(format_args!("{rows} rows in {seconds:.1} s ({:.0} rows/s)", rows as f64 / seconds.max(0.001)));
        Ok(())
    }
}

fn progress(file: &Path) -> ProgressBar {
    let bar = ProgressBar::new(std::fs::metadata(file).map_or(0, |m| m.len()));
    let style = ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A column of the table with the attribute it goes to.
struct Column {
    at: usize,
    attribute: String,
    types: TypeSet,
}

fn import_csv(engine: &Engine, arguments: &CsvImport, bar: &ProgressBar) -> Result<usize, CommandError> {
    let failed = |cause| CommandError::Csv { path: arguments.file.clone(), cause };
    let delimiter = u8::try_from(arguments.delimiter)
        .map_err(|_| CommandError::Argument("the delimiter is one character of ASCII".into()))?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_path(&arguments.file).map_err(failed)?;
    let object = engine.bundle().configuration.object(&arguments.object).cloned();
    let object = object.ok_or_else(|| CommandError::Argument(format!("there is no {}", arguments.object)))?;
    let columns = columns(&object, reader.headers().map_err(failed)?, &arguments.map)?;
    let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
    let factory = engine.handlers();
    let (mut rows, mut waiting, start) = (0, Vec::new(), Instant::now());
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(failed)? {
        waiting.push(values(&columns, &record, rows + waiting.len() + 2)?);
        if waiting.len() == ROWS_AT_ONCE {
            rows += write(engine, &user, &factory, &object.name, std::mem::take(&mut waiting), rows + 2)?;
            bar.set_position(record.position().map_or(0, csv::Position::byte));
            bar.set_message(format!("{rows} rows, {:.0} rows/s", rows as f64 / start.elapsed().as_secs_f64().max(0.001)));
        }
    }
    rows += write(engine, &user, &factory, &object.name, waiting, rows + 2)?;
    Ok(rows)
}

fn columns(
    object: &ObjectDefinition,
    header: &csv::StringRecord,
    map: &[(String, String)],
) -> Result<Vec<Column>, CommandError> {
    let own: Vec<(String, String)> = header.iter().map(|name| (name.to_owned(), name.to_owned())).collect();
    let map = if map.is_empty() { &own } else { map };
    map.iter()
        .map(|(attribute, column)| {
            let at = header.iter().position(|name| name == column);
            let at = at.ok_or_else(|| CommandError::Argument(format!("the table has no column {column}")))?;
            let definition = object.attribute(attribute);
            let definition =
                definition.ok_or_else(|| CommandError::Argument(format!("{} has no attribute {attribute}", object.name)))?;
            Ok(Column { at, attribute: attribute.clone(), types: definition.types })
        })
        .collect()
}

fn values(columns: &[Column], record: &csv::StringRecord, line: usize) -> Result<IndexMap<String, Value>, CommandError> {
    let locale = Locale::of("en");
    columns
        .iter()
        .map(|column| {
            let typed = record.get(column.at).unwrap_or_default().trim();
            let value = text::parse(typed, &column.types, &locale).map_err(|error| {
                CommandError::Argument(format!("line {line}, {}: `{typed}` does not fit: {error}", column.attribute))
            })?;
            Ok((column.attribute.clone(), column.types.coerce(value)))
        })
        .collect()
}

fn write(
    engine: &Engine,
    user: &Arc<UserRights>,
    factory: &twinshore_engine::exchange::HandlersFactory,
    object: &ObjectName,
    rows: Vec<IndexMap<String, Value>>,
    line: usize,
) -> Result<usize, CommandError> {
    let unit = Rc::new(Unit::new(engine, Arc::clone(user)));
    let handlers = factory(&unit);
    let count = rows.len();
    in_bulk(&unit, |_| {
        for (at, values) in rows.iter().enumerate() {
            add(&unit, object, values, handlers.as_ref()).map_err(|error| {
                EngineError::Refused(ServerError::Refused {
                    message: format!("line {}: {error}", line + at),
                    attribute: None,
                    row: None,
                })
            })?;
        }
        Ok(count)
    })
    .map_err(CommandError::from)
}

fn add(
    unit: &Unit,
    object: &ObjectName,
    values: &IndexMap<String, Value>,
    handlers: &dyn ObjectHandlers,
) -> Result<(), EngineError> {
    let mut state = objects::new_object(unit, object, None, values)?;
    handlers.filling(&mut state, values)?;
    objects::write(unit, state, WriteAction::Write, handlers).map(drop)
}

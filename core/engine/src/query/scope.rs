//! Tables of a query and the paths that lead through them: `Counterparty.Manager.Description` becomes joins.

use rusqlite::types::Value as Sql;
use twinshore_metadata::{AttributeType, ObjectDefinition, ObjectKind, ObjectName, TypeSet};

use super::closest::{advice, closest};
use super::expression::{Expression, Kind, kind_of, mistake};
use crate::rights::Action;
use crate::storage::quoted;
use crate::storage::values::Column;
use crate::{EngineError, Unit};

/// Tables joined by paths at most.
const MAXIMUM_JOINS: usize = 40;

/// A table of the query.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name by which the query knows it.
    pub name: String,
    /// Alias in SQL.
    pub alias: String,
    /// Object.
    pub object: ObjectName,
    /// Tabular section of it.
    pub table: Option<String>,
    /// Columns of a virtual table; its rows are limited to what the user may see already.
    pub columns: Option<Vec<Column>>,
}

impl Source {
    fn whole(name: &str, alias: String, object: ObjectName) -> Self {
        Self { name: name.to_owned(), alias, object, table: None, columns: None }
    }
}

/// What a query may name.
pub struct Scope<'u> {
    pub unit: &'u Unit,
    pub sources: Vec<Source>,
    /// Joins made by paths, in order.
    pub joins: Vec<String>,
    pub parameters: Vec<Sql>,
    /// Nesting of the expression being written.
    pub nesting: u32,
    /// Where the name being looked up stands, for messages.
    pub place: String,
    made: Vec<(String, String)>,
    next: usize,
    depth: u32,
}

impl<'u> Scope<'u> {
    pub const fn new(unit: &'u Unit) -> Self {
        Self {
            unit,
            sources: Vec::new(),
            joins: Vec::new(),
            parameters: Vec::new(),
            nesting: 0,
            place: String::new(),
            made: Vec::new(),
            next: 0,
            depth: 0,
        }
    }

    /// A scope for conditions of the configuration itself (rights, `keep`): what the user may not see may still decide.
    pub const fn privileged(unit: &'u Unit) -> Self {
        let mut scope = Self::new(unit);
        scope.depth = 1;
        scope
    }

    /// From now on what is written comes from the configuration or the platform.
    pub const fn trust(&mut self) {
        self.depth += 1;
    }

    /// Adds a table by its full name; gives its text for FROM.
    pub fn add(&mut self, full_name: &[String], name: &str) -> Result<String, EngineError> {
        let definition = self.object(full_name)?;
        let object = definition.name.clone();
        let table = match full_name.get(2) {
            None => None,
            Some(table) if definition.table(table).is_some() => Some(table.clone()),
            Some(table) => {
                let known = definition.tables.iter().map(|t| t.name.as_str());
                return Err(mistake(format!("{object} has no tabular section {table}{}", advice(closest(table, known)))));
            }
        };
        if matches!(object.kind, ObjectKind::Enumeration | ObjectKind::Constant)
            || !(object.kind.is_stored_object() || object.kind.is_register())
        {
            return Err(mistake(format!("{object} has no table")));
        }
        let alias = self.alias();
        let physical = table.as_ref().map_or_else(|| object.to_string(), |t| format!("{object}.{t}"));
        self.sources.push(Source { table, ..Source::whole(name, alias.clone(), object) });
        Ok(format!("{} AS {alias}", quoted(&physical)))
    }

    /// The object whose table is named first, if the user may read it.
    pub fn object(&self, full_name: &[String]) -> Result<&'u ObjectDefinition, EngineError> {
        let object: ObjectName = full_name.iter().take(2).cloned().collect::<Vec<_>>().join(".").parse().map_err(mistake)?;
        let definition = self.unit.object(&object).map_err(|error| {
            let names = self.unit.configuration().objects.keys().filter(|o| o.kind == object.kind);
            let names: Vec<String> = names.map(ToString::to_string).collect();
            match closest(&object.to_string(), names.iter().map(String::as_str)) {
                Some(name) if !self.unit.engine().is_standalone() => {
                    mistake(format!("there is no {object} in the configuration{}", advice(Some(name))))
                }
                _ => error,
            }
        })?;
        if self.depth == 0 {
            self.unit.user().check(Action::Read, &object, definition.title.text(&self.unit.user().language))?;
        }
        Ok(definition)
    }

    /// Adds a virtual table with these columns.
    pub fn add_virtual(&mut self, object: ObjectName, columns: Vec<Column>, name: &str) -> String {
        let alias = self.alias();
        self.sources.push(Source { columns: Some(columns), ..Source::whole(name, alias.clone(), object) });
        alias
    }

    pub(super) fn alias(&mut self) -> String {
        self.next += 1;
        format!("t{}", self.next)
    }

    /// The expression of a path.
    pub fn path(&mut self, path: &[String]) -> Result<Expression, EngineError> {
        if let [kind, object, value] = path
            && kind == "Enum"
        {
            return self.enumeration_value(object, value);
        }
        let (source, rest) = self.source_of(path)?;
        let mut expression = self.attribute(&source, &rest[0])?;
        for name in &rest[1..] {
            expression = self.dereference(&expression, name)?;
        }
        Ok(expression)
    }

    fn enumeration_value(&mut self, object: &str, value: &str) -> Result<Expression, EngineError> {
        let name = ObjectName::new(ObjectKind::Enumeration, object);
        let definition = self.unit.object(&name)?;
        let found = definition.values.iter().find(|v| v.name == value).ok_or_else(|| {
            let known = closest(value, definition.values.iter().map(|v| v.name.as_str()));
            mistake(format!("{name} has no value {value}{}", advice(known)))
        })?;
        let reference = twinshore_metadata::Ref::new(name.clone(), found.id);
        Expression::of_value(&reference.into(), &mut self.parameters)
    }

    fn source_of(&self, path: &[String]) -> Result<(Source, Vec<String>), EngineError> {
        let first = path.first().map(String::as_str).unwrap_or_default();
        if path.len() > 1
            && let Some(source) = self.sources.iter().find(|s| s.name == first)
        {
            return Ok((source.clone(), path[1..].to_vec()));
        }
        let mut fitting = self.sources.iter().filter(|s| self.column(s, first).is_some());
        match (fitting.next(), fitting.next()) {
            (Some(source), None) => Ok((source.clone(), path.to_vec())),
            (Some(_), Some(_)) => Err(mistake(format!("{first} is in several tables; write Table.{first}"))),
            (None, _) => Err(self.unknown(first)),
        }
    }

    /// The error for a name that no table has: excluded from the composition (C16), or nowhere, with the nearest one known.
    fn unknown(&self, name: &str) -> EngineError {
        let [source] = self.sources.as_slice() else {
            let known: Vec<String> = self.sources.iter().flat_map(|s| self.names(s)).collect();
            let near = advice(closest(name, known.iter().map(String::as_str)));
            return mistake(format!("there is no {name} in its tables{}{near}", self.place));
        };
        self.unknown_in(source, name)
    }

    fn unknown_in(&self, source: &Source, name: &str) -> EngineError {
        let error = crate::objects::unknown_attribute(self.unit, &source.object, name);
        if matches!(&error, EngineError::Refused(twinshore_protocol::ServerError::NotInComposition { .. })) {
            return error;
        }
        let known = self.names(source);
        let near = advice(closest(name, known.iter().map(String::as_str)));
        mistake(format!("{} has no attribute {name}{}{near}", source.object, self.place))
    }

    /// Names that a source has.
    fn names(&self, source: &Source) -> Vec<String> {
        if let Some(columns) = &source.columns {
            return columns.iter().map(|c| c.name.clone()).collect();
        }
        let Some(definition) = self.unit.configuration().object(&source.object) else { return Vec::new() };
        match source.table.as_ref().and_then(|t| definition.table(t)) {
            Some(table) => table.columns.iter().map(|c| c.name.clone()).collect(),
            None => definition.all_attributes().into_iter().map(|a| a.name).collect(),
        }
    }

    /// The attribute of a source, `Ref`, `LineNumber` and `Recorder` among them.
    fn column(&self, source: &Source, name: &str) -> Option<Column> {
        if let Some(columns) = &source.columns {
            return columns.iter().find(|c| c.name == name).cloned();
        }
        let definition = self.unit.configuration().object(&source.object)?;
        let own = || TypeSet::one(AttributeType::Ref(source.object.clone()));
        let configuration = self.unit.configuration();
        let number = TypeSet::one(AttributeType::Decimal { digits: 9, scale: 0 });
        let types = match (name, &source.table) {
            ("Ref", _) if source.object.kind.is_stored_object() => own(),
            ("LineNumber", Some(_)) => number,
            ("LineNumber", None) if source.object.kind == ObjectKind::AccumulationRegister => number,
            ("Recorder", None) if source.object.kind == ObjectKind::AccumulationRegister => {
                return Some(Column {
                    name: "Recorder".into(),
                    types: recorders(configuration, definition),
                    composite: true,
                    external: false,
                });
            }
            (_, Some(table)) => definition.table(table)?.columns.iter().find(|c| c.name == name)?.types.clone(),
            (_, None) => definition.attribute(name)?.types,
        };
        Some(Column::named(name, &types, configuration))
    }

    fn attribute(&self, source: &Source, name: &str) -> Result<Expression, EngineError> {
        let column = self.column(source, name).ok_or_else(|| self.unknown_in(source, name))?;
        if self.is_hidden(source, name) {
            let what = self.unit.say("right-read", &[("title", format!("{}.{name}", source.object).into())]);
            return Err(EngineError::Refused(twinshore_protocol::ServerError::AccessDenied { what }));
        }
        let kind = kind_of(&column.types);
        Ok(Expression { sql: format!("{}.{}", source.alias, quoted(name)), kind, column: Some((source.alias.clone(), column)) })
    }

    fn is_hidden(&self, source: &Source, name: &str) -> bool {
        // `Ref` and `LineNumber` tell nothing by themselves.
        if self.depth > 0 || matches!(name, "Ref" | "LineNumber") {
            return false;
        }
        let hidden = self.unit.user().hidden(&source.object);
        hidden.iter().any(|h| match &source.table {
            Some(table) => h == table || *h == format!("{table}.{name}"),
            None => h == name,
        })
    }

    /// `expression.name` for callers that have the expression already.
    pub fn follow(&mut self, expression: &Expression, name: &str) -> Result<Expression, EngineError> {
        self.dereference(expression, name)
    }

    /// `expression.name`: a join to what the expression refers to. Through an external reference it is NULL (C14).
    fn dereference(&mut self, expression: &Expression, name: &str) -> Result<Expression, EngineError> {
        let Kind::Typed(types) = &expression.kind else {
            return Err(mistake(format!("{name} can't be read: what stands before it is no reference")));
        };
        let targets: Vec<ObjectName> = types.references().filter(|o| o.kind.is_stored_object()).cloned().collect();
        let here: Vec<&ObjectName> = targets.iter().filter(|o| self.unit.configuration().object(o).is_some()).collect();
        match here.as_slice() {
            [] if targets.is_empty() => Err(mistake(format!("{name} can't be read: what stands before it is no reference"))),
            [] => Ok(Expression::nothing()),
            [target] => {
                let target = (*target).clone();
                let alias = self.join(expression, &target)?;
                self.attribute(&Source::whole("", alias, target), name)
            }
            _ => Err(mistake(format!("{name} can't be read through an attribute of several types"))),
        }
    }

    fn join(&mut self, expression: &Expression, target: &ObjectName) -> Result<String, EngineError> {
        let key = format!("{} {target}", expression.sql);
        if let Some((_, alias)) = self.made.iter().find(|(k, _)| *k == key) {
            return Ok(alias.clone());
        }
        if self.made.len() >= MAXIMUM_JOINS {
            return Err(mistake(format!("it follows more than {MAXIMUM_JOINS} references")));
        }
        let alias = self.alias();
        let source = Source::whole("", alias.clone(), target.clone());
        let visible = self.rights_condition(&source)?;
        let condition = visible.map_or_else(String::new, |text| format!(" AND ({text})"));
        self.joins.push(format!(
            "LEFT JOIN {} AS {alias} ON {alias}.\"Ref\" = {}{condition}",
            quoted(&target.to_string()),
            expression.sql
        ));
        self.made.push((key, alias.clone()));
        Ok(alias)
    }

    /// The user's row conditions on a source; none if all rows may be read. Rows of an object that may not be read are none.
    pub fn rights_condition(&mut self, source: &Source) -> Result<Option<String>, EngineError> {
        if self.unit.is_loading() || self.depth > 0 || source.columns.is_some() {
            return Ok(None);
        }
        if !self.unit.user().may(Action::Read, &source.object) {
            return Ok(Some("0".into()));
        }
        let mut parts = Vec::new();
        for alternatives in self.unit.user().row_conditions(&source.object) {
            let mut any = vec!["0".to_owned()];
            for text in alternatives {
                any.push(self.inside(source, &text)?);
            }
            parts.push(format!("({})", any.join(" OR ")));
        }
        Ok((!parts.is_empty()).then(|| parts.join(" AND ")))
    }

    /// A condition of the configuration over the attributes of one source only, complete in itself.
    /// A row of a tabular section fulfils what its item fulfils.
    pub fn inside(&mut self, source: &Source, condition: &str) -> Result<String, EngineError> {
        let alias = if source.table.is_some() { self.alias() } else { source.alias.clone() };
        let whole = Source::whole("", alias.clone(), source.object.clone());
        let sources = std::mem::replace(&mut self.sources, vec![whole]);
        let (joins, made) = (std::mem::take(&mut self.joins), std::mem::take(&mut self.made));
        self.depth += 1;
        let condition = super::condition_sql(self, condition);
        self.depth -= 1;
        let joins = std::mem::replace(&mut self.joins, joins).join(" ");
        self.made = made;
        self.sources = sources;
        let condition = condition?;
        Ok(match &source.table {
            Some(_) => format!(
                "EXISTS (SELECT 1 FROM {} AS {alias} {joins} WHERE {alias}.\"Ref\" = {}.\"Ref\" AND ({condition}))",
                quoted(&source.object.to_string()),
                source.alias
            ),
            None if joins.is_empty() => format!("({condition})"),
            None => format!("EXISTS (SELECT 1 FROM (SELECT 1) {joins} WHERE {condition})"),
        })
    }
}

fn recorders(configuration: &twinshore_metadata::Configuration, register: &ObjectDefinition) -> TypeSet {
    TypeSet(
        configuration
            .of_kind(ObjectKind::Document)
            .filter(|d| d.posts_to.contains(&register.name))
            .map(|d| AttributeType::Ref(d.name.clone()))
            .collect(),
    )
}

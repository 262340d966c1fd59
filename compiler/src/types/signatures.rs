//! What functions of a module take and give, as far as others can know it.

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

/// Types that every module knows, so that what is said with them means the same elsewhere.
const SHARED: [&str; 19] = [
    "Decimal",
    "DateTime",
    "Ref",
    "RefTo",
    "Item",
    "Row",
    "Form",
    "Table",
    "Picture",
    "Binary",
    "Spreadsheet",
    "Chart",
    "Numeric",
    "Promise",
    "Array",
    "ReadonlyArray",
    "Record",
    "Partial",
    "Readonly",
];

/// An exported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) name: String,
    /// The comment above it.
    pub(super) comment: String,
    /// Parameters as they are written, with types that everybody knows.
    pub(super) parameters: Vec<String>,
    /// Type of the result.
    pub(super) result: String,
}

/// Exported functions of a module in order. A text that is no TypeScript has none: that is told where it is compiled.
pub(super) fn signatures(text: &str) -> Vec<Signature> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
    let mut all: Vec<Signature> = Vec::new();
    for statement in &parsed.program.body {
        let Statement::ExportDeclaration(export) = statement else { continue };
        let comment = comment_before(text, export.span);
        let mut add = |name: &str, parameters: &FormalParameters<'_>, result: Option<&TSTypeAnnotation<'_>>, is_async: bool| {
            // Two branches of a directive may declare the same function.
            if all.iter().all(|known| known.name != name) {
                let (name, comment) = (name.to_owned(), comment.clone());
                all.push(Signature {
                    name,
                    comment,
                    parameters: parameters_of(text, parameters),
                    result: result_of(text, result, is_async),
                });
            }
        };
        match &export.declaration {
            Declaration::FunctionDeclaration(function) => {
                if let Some(id) = &function.id {
                    add(id.name.as_str(), &function.params, function.return_type.as_deref(), function.r#async);
                }
            }
            Declaration::VariableDeclaration(variables) => {
                for variable in &variables.declarations {
                    let BindingPattern::BindingIdentifier(id) = &variable.id else { continue };
                    match &variable.init {
                        Some(Expression::ArrowFunctionExpression(function)) => {
                            add(id.name.as_str(), &function.params, function.return_type.as_deref(), function.r#async);
                        }
                        Some(Expression::FunctionExpression(function)) => {
                            add(id.name.as_str(), &function.params, function.return_type.as_deref(), function.r#async);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    all
}

fn parameters_of(text: &str, parameters: &FormalParameters<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (at, parameter) in parameters.items.iter().enumerate() {
        let name = match &parameter.pattern {
            BindingPattern::BindingIdentifier(id) => id.name.to_string(),
            _ => format!("value{}", at + 1),
        };
        let mark = if parameter.optional || parameter.initializer.is_some() { "?" } else { "" };
        all.push(format!("{name}{mark}: {}", known(text, parameter.type_annotation.as_deref())));
    }
    if parameters.rest.is_some() {
        all.push("...others: any[]".into());
    }
    all
}

fn result_of(text: &str, result: Option<&TSTypeAnnotation<'_>>, is_async: bool) -> String {
    match result {
        Some(_) => {
            let known = known(text, result);
            if known == "any" && is_async { "Promise<any>".into() } else { known }
        }
        None if is_async => "Promise<any>".into(),
        None => "any".into(),
    }
}

/// A type as it is written, if it means the same everywhere.
fn known(text: &str, annotation: Option<&TSTypeAnnotation<'_>>) -> String {
    let Some(annotation) = annotation else { return "any".into() };
    let mut shared = Shared(true);
    shared.visit_ts_type(&annotation.type_annotation);
    let span = annotation.type_annotation.span();
    match text.get(span.start as usize..span.end as usize) {
        Some(written) if shared.0 => written.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => "any".into(),
    }
}

struct Shared(bool);

impl<'a> Visit<'a> for Shared {
    fn visit_ts_type_reference(&mut self, reference: &TSTypeReference<'a>) {
        let name = match &reference.type_name {
            TSTypeName::IdentifierReference(id) => id.name.as_str(),
            _ => "",
        };
        self.0 &= SHARED.contains(&name);
        walk::walk_ts_type_reference(self, reference);
    }

    fn visit_ts_type_query(&mut self, _: &TSTypeQuery<'a>) {
        self.0 = false;
    }
}

/// The documentation comment right above a declaration.
fn comment_before(text: &str, span: Span) -> String {
    let before = text.get(..span.start as usize).unwrap_or_default().trim_end();
    let comment = before.ends_with("*/").then(|| before.rfind("/**").map(|at| &before[at..])).flatten();
    let lines = comment.unwrap_or_default().lines().map(str::trim).collect::<Vec<_>>();
    lines.join("\n")
}

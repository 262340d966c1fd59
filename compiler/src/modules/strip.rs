//! Takes the types out of TypeScript by putting spaces in their place: every other character stays where it was.

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::ScopeFlags;
use oxc_span::{GetSpan, SourceType, Span};

use crate::diagnostics::{Diagnostics, Place};

/// `Prices.current` in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalUse {
    /// `Prices`
    pub object: String,
    /// `current`
    pub member: String,
    /// Where.
    pub place: Place,
}

/// The text of a query that stands in the code as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryText {
    /// `SELECT …`
    pub text: String,
    /// Where it begins.
    pub place: Place,
}

/// A module without types.
pub struct Stripped {
    /// JavaScript.
    pub code: String,
    /// Names of exported functions.
    pub exports: Vec<String>,
    /// Members of globals that are called.
    pub uses: Vec<GlobalUse>,
    /// Queries whose whole text is known.
    pub queries: Vec<QueryText>,
}

/// JavaScript of a TypeScript module; none if it can't be parsed or uses what is more than types.
pub fn strip(file: &str, text: &str, diagnostics: &mut Diagnostics) -> Option<Stripped> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
    if !parsed.diagnostics.is_empty() || parsed.panicked {
        for error in parsed.diagnostics.iter().take(10) {
            let at = error.labels.first().map_or(0, |label| label.offset() as usize);
            let advice = error.help.as_ref().map(ToString::to_string).unwrap_or_default();
            diagnostics.error("syntax", &place(file, text, at), error.message.to_string(), advice);
        }
        return None;
    }
    let mut stripper =
        Stripper { file, text, blanks: Vec::new(), uses: Vec::new(), queries: Vec::new(), unsupported: Vec::new() };
    stripper.visit_program(&parsed.program);
    if !stripper.unsupported.is_empty() {
        for (span, what, advice) in stripper.unsupported {
            diagnostics.error("typescript", &place(file, text, span.start as usize), what, advice);
        }
        return None;
    }
    let code = blanked(text, &stripper.blanks);
    Some(Stripped { code, exports: exports(&parsed.program), uses: stripper.uses, queries: stripper.queries })
}

/// Line and column of an offset.
pub fn place(file: &str, text: &str, offset: usize) -> Place {
    let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Place { file: file.to_owned(), line: u32::try_from(line).unwrap_or(0), column: u32::try_from(column).unwrap_or(0) }
}

fn blanked(text: &str, blanks: &[Span]) -> String {
    let mut keep: Vec<bool> = vec![true; text.len()];
    for span in blanks {
        keep[span.start as usize..(span.end as usize).min(text.len())].fill(false);
    }
    text.char_indices().map(|(at, c)| if keep[at] || c == '\n' { c } else { ' ' }).collect()
}

fn exports(program: &Program<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for statement in &program.body {
        let Statement::ExportDeclaration(export) = statement else { continue };
        match &export.declaration {
            Declaration::FunctionDeclaration(function) => all.extend(function.id.as_ref().map(|id| id.name.to_string())),
            Declaration::VariableDeclaration(variables) => {
                for variable in &variables.declarations {
                    let is_function = matches!(
                        variable.init,
                        Some(Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_))
                    );
                    if let (true, BindingPattern::BindingIdentifier(id)) = (is_function, &variable.id) {
                        all.push(id.name.to_string());
                    }
                }
            }
            _ => {}
        }
    }
    all
}

struct Stripper<'t> {
    file: &'t str,
    text: &'t str,
    blanks: Vec<Span>,
    uses: Vec<GlobalUse>,
    queries: Vec<QueryText>,
    unsupported: Vec<(Span, &'static str, &'static str)>,
}

impl Stripper<'_> {
    fn blank(&mut self, span: Span) {
        self.blanks.push(span);
    }

    fn refuse(&mut self, span: Span, what: &'static str, advice: &'static str) {
        self.unsupported.push((span, what, advice));
    }

    /// Blanks a `?` or `!` between two places.
    fn blank_mark(&mut self, mark: char, from: u32, to: u32) {
        if let Some(at) = self.text.get(from as usize..to as usize).and_then(|t| t.find(mark)) {
            let start = from + u32::try_from(at).unwrap_or(0);
            self.blank(Span::new(start, start + 1));
        }
    }
}

impl<'a> Visit<'a> for Stripper<'_> {
    fn visit_ts_type_annotation(&mut self, it: &TSTypeAnnotation<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, it: &TSTypeParameterDeclaration<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, it: &TSTypeParameterInstantiation<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_type_alias_declaration(&mut self, it: &TSTypeAliasDeclaration<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_interface_declaration(&mut self, it: &TSInterfaceDeclaration<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_as_expression(&mut self, it: &TSAsExpression<'a>) {
        self.blank(Span::new(it.expression.span().end, it.span.end));
        self.visit_expression(&it.expression);
    }

    fn visit_ts_satisfies_expression(&mut self, it: &TSSatisfiesExpression<'a>) {
        self.blank(Span::new(it.expression.span().end, it.span.end));
        self.visit_expression(&it.expression);
    }

    fn visit_ts_non_null_expression(&mut self, it: &TSNonNullExpression<'a>) {
        self.blank(Span::new(it.expression.span().end, it.span.end));
        self.visit_expression(&it.expression);
    }

    fn visit_ts_type_assertion(&mut self, it: &TSTypeAssertion<'a>) {
        self.refuse(it.span, "`<Type>value` can't be taken out in place", "write `value as Type`");
    }

    fn visit_ts_enum_declaration(&mut self, it: &TSEnumDeclaration<'a>) {
        self.refuse(it.span, "TypeScript's `enum` is code, not a type", "use an enum of the configuration, or `const` values");
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        self.refuse(it.span, "TypeScript's `namespace` is code, not a type", "use a common module");
    }

    fn visit_decorator(&mut self, it: &Decorator<'a>) {
        self.refuse(it.span, "decorators are not supported", "call the function yourself");
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if it.body.is_none() {
            // An overload or `declare function`: a type only.
            self.blank(it.span);
            return;
        }
        walk::walk_function(self, it, flags);
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        if it.accessibility.is_some() || it.readonly {
            self.refuse(it.span, "parameter properties are code, not types", "assign the field in the constructor");
        }
        if it.optional {
            let to = it.type_annotation.as_ref().map_or(it.span.end, |t| t.span.start);
            self.blank_mark('?', it.pattern.span().end, to);
        }
        walk::walk_formal_parameter(self, it);
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        if it.declare {
            self.blank(it.span);
            return;
        }
        walk::walk_variable_declaration(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if it.definite {
            let to = it.type_annotation.as_ref().map_or(it.span.end, |t| t.span.start);
            self.blank_mark('!', it.id.span().end, to);
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        if !it.implements.is_empty() || it.r#abstract || it.declare {
            self.refuse(it.span, "`abstract`, `declare` and `implements` are not supported", "write a plain class");
        }
        walk::walk_class(self, it);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        if it.declare || it.r#override || it.readonly || it.accessibility.is_some() || it.optional || it.definite {
            self.refuse(it.span, "modifiers of fields are not supported", "write a plain field");
        }
        walk::walk_property_definition(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if it.import_kind == ImportOrExportKind::Type {
            self.blank(it.span);
            return;
        }
        walk::walk_import_declaration(self, it);
    }

    fn visit_import_specifier(&mut self, it: &ImportSpecifier<'a>) {
        if it.import_kind == ImportOrExportKind::Type {
            let rest = &self.text[it.span.end as usize..];
            let comma = u32::from(rest.trim_start().starts_with(','));
            let skipped = u32::try_from(rest.len() - rest.trim_start().len()).unwrap_or(0);
            self.blank(Span::new(it.span.start, it.span.end + if comma == 1 { skipped + 1 } else { 0 }));
        }
    }

    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        let only_type = match &it.declaration {
            Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_) => true,
            Declaration::FunctionDeclaration(function) => function.body.is_none(),
            _ => false,
        };
        if only_type {
            self.blank(it.span);
        } else {
            walk::walk_export_declaration(self, it);
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Type {
            self.blank(it.span);
        } else {
            walk::walk_export_named_declaration(self, it);
        }
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let callee = if let Expression::Identifier(name) = &it.callee { name.name.as_str() } else { "" };
        let is_query = callee == "query";
        if let ("functionalOption", Some(Argument::StringLiteral(name))) = (callee, it.arguments.first()) {
            let place = place(self.file, self.text, it.span.start as usize);
            self.uses.push(GlobalUse { object: "FunctionalOptions".into(), member: name.value.to_string(), place });
        }
        let text = match it.arguments.first() {
            Some(Argument::StringLiteral(text)) if is_query => Some((text.value.to_string(), text.span)),
            Some(Argument::TemplateLiteral(text)) if is_query => {
                text.single_quasi().map(|quasi| (quasi.to_string(), text.span))
            }
            _ => None,
        };
        if let Some((text, span)) = text {
            self.queries.push(QueryText { text, place: place(self.file, self.text, span.start as usize) });
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if let Expression::Identifier(object) = &it.object {
            let place = place(self.file, self.text, it.span.start as usize);
            self.uses.push(GlobalUse { object: object.name.to_string(), member: it.property.name.to_string(), place });
        }
        walk::walk_static_member_expression(self, it);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut diagnostics = Diagnostics::default();
        let stripped = strip("a.ts", text, &mut diagnostics).unwrap_or_else(|| panic!("{text}: {:?}", diagnostics.0));
        assert_eq!(stripped.code.split_whitespace().collect::<Vec<_>>().join(" "), expect);
        assert_eq!(stripped.code.lines().count(), text.lines().count());
    }

    #[test]
    fn types_become_spaces_and_the_rest_stays_where_it_was() {
        check("export function f(a: string, b?: number): void {}", "export function f(a , b ) {}");
        check("const x = y as Foo<Bar>;\nlet z!: number;", "const x = y ; let z ;");
        check("interface A { b: string }\ntype C = A | null;\nexport type D = C;\nf<number>(1)!.g;", "f (1) .g;");
        check("import type { A } from 'a';\nimport { type B, c } from 'b';", "import { c } from 'b';");
        check("const g = async <T,>(x: T): Promise<T> => x;", "const g = async (x ) => x;");
        check(
            "for (const r of rows as Row[]) { (r satisfies Row).x = 'ж: string'; }",
            "for (const r of rows ) { (r ).x = 'ж: string'; }",
        );
    }

    #[test]
    fn exports_and_uses_are_known() {
        let mut diagnostics = Diagnostics::default();
        let text = "export async function a() { return Prices.current(1); }\nexport const b = () => MainServer.X.y();\nfunction c() {}";
        let stripped = strip("a.ts", text, &mut diagnostics).expect("a module");
        assert_eq!(stripped.exports, ["a", "b"]);
        assert!(stripped.uses.iter().any(|u| u.object == "Prices" && u.member == "current" && u.place.line == 1));
        assert!(stripped.uses.iter().any(|u| u.object == "MainServer"));
    }

    #[test]
    fn what_is_more_than_a_type_and_what_is_no_typescript_is_told_with_its_place() {
        for (text, line) in [
            ("\nenum A { B }", 2),
            ("const a = <string>b;", 1),
            ("export function f( {\n", 1),
            ("class A { constructor(private a: string) {} }", 1),
        ] {
            let mut diagnostics = Diagnostics::default();
            assert!(strip("a.ts", text, &mut diagnostics).is_none(), "{text}");
            assert!(diagnostics.0[0].place.line >= line, "{text}: {:?}", diagnostics.0);
        }
    }
}

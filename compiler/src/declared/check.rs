//! Walks a file: what names stand for, and what is said with them.

use std::collections::HashMap;

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::ScopeFlags;
use oxc_span::{GetSpan, SourceType, Span};

use super::infer::of_annotation;
use super::types::{Declarations, Shape, Type};
use crate::diagnostics::{Diagnostics, closest};
use crate::modules::place;

/// Checks a file.
pub(super) fn check(declared: &Declarations, file: &str, text: &str, diagnostics: &mut Diagnostics) {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return;
    }
    let mut checker = Checker {
        declared,
        file,
        text,
        diagnostics,
        scopes: vec![HashMap::new()],
        imported_types: HashMap::new(),
        expected: HashMap::new(),
    };
    checker.visit_program(&parsed.program);
}

/// Where the walk is.
pub(super) struct Checker<'t> {
    pub(super) declared: &'t Declarations,
    file: &'t str,
    text: &'t str,
    diagnostics: &'t mut Diagnostics,
    /// What names stand for, innermost last.
    scopes: Vec<HashMap<String, Type>>,
    /// Types by the names that the file gave them.
    pub(super) imported_types: HashMap<String, String>,
    /// Types of the parameters of functions that are given as arguments, by where the functions begin.
    expected: HashMap<u32, Vec<Type>>,
}

impl Checker<'_> {
    pub(super) fn report(&mut self, code: &'static str, span: Span, message: String, advice: impl Into<String>) {
        self.diagnostics.error(code, &place(self.file, self.text, span.start as usize), message, advice);
    }

    pub(super) fn text_of(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// What a name stands for.
    pub(super) fn bound(&self, name: &str) -> Type {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).cloned().unwrap_or(Type::Any)
    }

    /// A function will be called with these.
    pub(super) fn expect_parameters(&mut self, function: &Expression<'_>, types: &[Type]) {
        if matches!(function, Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_)) {
            self.expected.insert(function.span().start, types.to_vec());
        }
    }

    fn bind(&mut self, name: &str, types: Type) {
        // `null` at first and a value later: what it holds is not known.
        let types = if types == Type::Nothing { Type::Any } else { types };
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), types);
        }
    }

    fn bind_pattern(&mut self, pattern: &BindingPattern<'_>, types: &Type) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => self.bind(id.name.as_str(), types.clone()),
            BindingPattern::AssignmentPattern(with_default) => self.bind_pattern(&with_default.left, &Type::Any),
            BindingPattern::ArrayPattern(list) => {
                let item = match self.present(types) {
                    Type::List(item) => *item,
                    _ => Type::Any,
                };
                list.elements.iter().flatten().for_each(|element| self.bind_pattern(element, &item));
                list.rest.iter().for_each(|rest| self.bind_pattern(&rest.argument, &Type::Any));
            }
            BindingPattern::ObjectPattern(object) => {
                let shape = match self.present(types) {
                    Type::Shape(shape) => Some(shape),
                    _ => None,
                };
                for property in &object.properties {
                    let types = self.taken(shape.as_deref(), property);
                    self.bind_pattern(&property.value, &types);
                }
                object.rest.iter().for_each(|rest| self.bind_pattern(&rest.argument, &Type::Any));
            }
        }
    }

    fn taken(&mut self, shape: Option<&Shape>, property: &BindingProperty<'_>) -> Type {
        let (Some(shape), Some(name)) = (shape, property.key.static_name()) else { return Type::Any };
        self.member_of(shape, &name, property.key.span())
    }

    /// Parameters of a function that begins at a place.
    fn bind_parameters(&mut self, start: u32, parameters: &FormalParameters<'_>) {
        let expected = self.expected.get(&start).cloned().unwrap_or_default();
        for (index, parameter) in parameters.items.iter().enumerate() {
            let own = of_annotation(self, parameter.type_annotation.as_deref());
            let types = own.unwrap_or_else(|| expected.get(index).cloned().unwrap_or(Type::Any));
            self.bind_pattern(&parameter.pattern, &types);
        }
        parameters.rest.iter().for_each(|rest| self.bind_pattern(&rest.rest.argument, &Type::Any));
    }

    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        self.scopes.push(HashMap::new());
        walk(self);
        self.scopes.pop();
    }

    /// The functions of a block may be called before they stand.
    fn hoist(&mut self, statements: &[Statement<'_>]) {
        for statement in statements {
            let id = match statement {
                Statement::FunctionDeclaration(function) => function.id.as_ref(),
                Statement::ClassDeclaration(class) => class.id.as_ref(),
                _ => None,
            };
            if let Some(id) = id {
                self.bind(id.name.as_str(), Type::Any);
            }
        }
    }

    fn import(&mut self, specifier: &ImportSpecifier<'_>) {
        let (imported, local) = (specifier.imported.name().to_string(), specifier.local.name.to_string());
        let is_type = self.declared.types.contains_key(&imported);
        if is_type {
            self.imported_types.insert(local.clone(), imported.clone());
        }
        match self.declared.values.get(&imported).cloned() {
            Some(value) => self.bind(&local, value),
            None if is_type => {}
            None => {
                let advice =
                    closest(&imported, self.declared.values.keys().chain(self.declared.types.keys()).map(String::as_str));
                let message = format!("{} has no `{imported}`", self.declared.module);
                self.report("unknown-import", specifier.span, message, advice);
            }
        }
    }
}

impl<'a> Visit<'a> for Checker<'_> {
    fn visit_program(&mut self, it: &Program<'a>) {
        self.hoist(&it.body);
        walk::walk_program(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let of_module = it.source.value.as_str() == self.declared.module;
        for specifier in it.specifiers.iter().flatten() {
            match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(specifier) if of_module => self.import(specifier),
                other => self.bind(other.local().name.as_str(), Type::Any),
            }
        }
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        self.inside(|checker| {
            checker.hoist(&it.body);
            walk::walk_block_statement(checker, it);
        });
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.inside(|checker| {
            checker.bind_parameters(it.span.start, &it.params);
            if let Some(body) = &it.body {
                checker.hoist(&body.statements);
            }
            walk::walk_function(checker, it, flags);
        });
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.inside(|checker| {
            checker.bind_parameters(it.span.start, &it.params);
            walk::walk_arrow_function_expression(checker, it);
        });
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.inside(|checker| {
            it.param.iter().for_each(|param| checker.bind_pattern(&param.pattern, &Type::Any));
            walk::walk_catch_clause(checker, it);
        });
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.inside(|checker| walk::walk_for_statement(checker, it));
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.visit_expression(&it.right);
        let list = self.infer(&it.right);
        let item = match self.present(&list) {
            Type::List(item) => *item,
            _ => Type::Any,
        };
        self.inside(|checker| {
            if let ForStatementLeft::VariableDeclaration(variables) = &it.left {
                for variable in &variables.declarations {
                    checker.bind_pattern(&variable.id, &item);
                }
            }
            checker.visit_statement(&it.body);
        });
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let found = it.init.as_ref().map_or(Type::Any, |init| self.infer(init));
        walk::walk_variable_declarator(self, it);
        let types = of_annotation(self, it.type_annotation.as_deref()).unwrap_or(found);
        // A text that is kept in a variable is any text by then.
        let types = if let Type::Literal(_) = types { Type::Text } else { types };
        self.bind_pattern(&it.id, &types);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let _ = self.infer_call(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        let _ = self.infer_member(it);
        walk::walk_static_member_expression(self, it);
    }

    fn visit_expression_statement(&mut self, it: &ExpressionStatement<'a>) {
        let found = self.infer(&it.expression);
        if let Type::Promise(_) = self.present(&found)
            && matches!(it.expression, Expression::CallExpression(_))
        {
            let what = self.text_of(it.expression.span()).lines().next().unwrap_or_default().to_owned();
            let advice = "write `await` before it, or the scenario goes on before it is done";
            self.report("not-awaited", it.span, format!("`{what}` is not awaited"), advice);
        }
        walk::walk_expression_statement(self, it);
    }
}

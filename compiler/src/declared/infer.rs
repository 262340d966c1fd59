//! The type of an expression, and whether arguments fit.

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

use super::check::Checker;
use super::types::{Member, Parameter, Shape, Signature, Type, annotated};
use crate::diagnostics::closest;

/// Members that every object has.
const OF_EVERY_OBJECT: [&str; 4] = ["toString", "constructor", "hasOwnProperty", "valueOf"];
/// Members of a promise.
const OF_A_PROMISE: [&str; 3] = ["then", "catch", "finally"];
/// Members of lists that give their items to a function.
const OVER_ITEMS: [&str; 9] = ["map", "filter", "find", "findIndex", "findLast", "some", "every", "forEach", "flatMap"];
/// Members of lists that give an item.
const AN_ITEM: [&str; 5] = ["at", "find", "findLast", "pop", "shift"];
/// Members of lists that give a list of the same.
const SAME_LIST: [&str; 5] = ["filter", "slice", "reverse", "sort", "concat"];

impl Checker<'_> {
    /// The type of an expression; what does not fit is told on the way.
    pub(super) fn infer(&mut self, expression: &Expression<'_>) -> Type {
        match expression {
            Expression::StringLiteral(text) => Type::Literal(text.value.to_string()),
            Expression::TemplateLiteral(_) => Type::Text,
            Expression::NumericLiteral(_) => Type::Number,
            Expression::BooleanLiteral(_) => Type::Boolean,
            Expression::Identifier(name) => self.bound(name.name.as_str()),
            Expression::ParenthesizedExpression(inner) => self.infer(&inner.expression),
            Expression::TSNonNullExpression(inner) => {
                let inner = self.infer(&inner.expression);
                self.present(&inner)
            }
            Expression::TSAsExpression(cast) => self.known(super::types::annotated_by(&cast.type_annotation)),
            Expression::AwaitExpression(awaited) => {
                let inner = self.infer(&awaited.argument);
                match self.declared.resolved(&inner) {
                    Type::Promise(value) => *value,
                    _ => inner,
                }
            }
            Expression::StaticMemberExpression(member) => self.infer_member(member),
            Expression::ComputedMemberExpression(member) => {
                let object = self.infer(&member.object);
                match self.present(&object) {
                    Type::List(item) => *item,
                    _ => Type::Any,
                }
            }
            Expression::CallExpression(call) => self.infer_call(call),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.infer_call(call),
                ChainElement::StaticMemberExpression(member) => self.infer_member(member),
                _ => Type::Any,
            },
            _ => Type::Any,
        }
    }

    /// A type without the possibility of nothing, its name followed.
    pub(super) fn present(&self, types: &Type) -> Type {
        match self.declared.resolved(types) {
            Type::OneOf(all) => {
                let mut there = all.iter().map(|one| self.declared.resolved(one)).filter(|one| *one != Type::Nothing);
                match (there.next(), there.next()) {
                    (Some(only), None) => only,
                    _ => Type::OneOf(all),
                }
            }
            other => other,
        }
    }

    /// An annotation's type: names that the file did not import are not known.
    pub(super) fn known(&self, types: Type) -> Type {
        match types {
            Type::Named(name) => match self.imported_types.get(&name) {
                Some(original) => Type::Named(original.clone()),
                None => Type::Any,
            },
            Type::List(item) => Type::List(Box::new(self.known(*item))),
            Type::Promise(value) => Type::Promise(Box::new(self.known(*value))),
            Type::OneOf(all) => super::types::one_of(all.into_iter().map(|one| self.known(one)).collect()),
            Type::Shape(_) => Type::Any,
            plain => plain,
        }
    }

    pub(super) fn infer_member(&mut self, member: &StaticMemberExpression<'_>) -> Type {
        let name = member.property.name.as_str();
        let object = self.infer(&member.object);
        match self.present(&object) {
            Type::Shape(shape) => self.member_of(&shape, name, member.property.span),
            Type::Promise(_) if !OF_A_PROMISE.contains(&name) => {
                self.report(
                    "not-awaited",
                    member.property.span,
                    format!("`{name}` is asked of a promise"),
                    "write `(await …)` around what gives it",
                );
                Type::Any
            }
            Type::List(_) if name == "length" => Type::Number,
            _ => Type::Any,
        }
    }

    /// The type of a member that a shape must have.
    pub(super) fn member_of(&mut self, shape: &Shape, name: &str, span: Span) -> Type {
        if let Some(member) = shape.members.get(name) {
            return member.types.clone();
        }
        if let Some(others) = &shape.others {
            return others.clone();
        }
        if shape.call.is_none() && !OF_EVERY_OBJECT.contains(&name) || shape.call.is_some() && !shape.members.is_empty() {
            let of = if shape.name.is_empty() { "this" } else { &shape.name };
            let known = shape.members.keys().map(String::as_str);
            self.report("unknown-member", span, format!("{of} has no `{name}`"), closest(name, known));
        }
        Type::Any
    }

    pub(super) fn infer_call(&mut self, call: &CallExpression<'_>) -> Type {
        if let Expression::StaticMemberExpression(member) = &call.callee {
            let object = self.infer(&member.object);
            if let Type::List(item) = self.present(&object) {
                return self.call_of_list(call, member.property.name.as_str(), &item);
            }
        }
        let callee = self.infer(&call.callee);
        let Type::Shape(shape) = self.present(&callee) else { return Type::Any };
        let Some(signature) = &shape.call else { return Type::Any };
        self.arguments(call, signature);
        signature.result.clone()
    }

    fn call_of_list(&mut self, call: &CallExpression<'_>, name: &str, item: &Type) -> Type {
        if OVER_ITEMS.contains(&name)
            && let Some(function) = call.arguments.first().and_then(Argument::as_expression)
        {
            self.expect_parameters(function, std::slice::from_ref(item));
        }
        match name {
            name if AN_ITEM.contains(&name) => item.clone(),
            name if SAME_LIST.contains(&name) => Type::List(Box::new(item.clone())),
            _ => Type::Any,
        }
    }

    fn arguments(&mut self, call: &CallExpression<'_>, signature: &Signature) {
        let given: Vec<&Expression<'_>> = call.arguments.iter().filter_map(Argument::as_expression).collect();
        let has_spread = given.len() < call.arguments.len();
        let needed = signature.parameters.iter().filter(|parameter| !parameter.optional).count();
        let names = || {
            let each = |p: &Parameter| if p.optional { format!("{}?", p.name) } else { p.name.clone() };
            signature.parameters.iter().map(each).collect::<Vec<_>>().join(", ")
        };
        let what = self.text_of(call.callee.span()).to_owned();
        if !has_spread && given.len() < needed {
            let message = format!("`{what}` wants {}, and gets {}", counted(needed), given.len());
            self.report("too-few-arguments", call.span, message, format!("call it as ({})", names()));
        }
        if !has_spread && !signature.has_rest && given.len() > signature.parameters.len() {
            let message = format!("`{what}` takes {} at most", counted(signature.parameters.len()));
            self.report(
                "too-many-arguments",
                given[signature.parameters.len()].span(),
                message,
                format!("call it as ({})", names()),
            );
        }
        if !has_spread {
            for (expression, parameter) in given.iter().zip(&signature.parameters) {
                self.fits(expression, &parameter.types, &format!("`{}` of `{what}`", parameter.name));
            }
        }
    }

    /// Tells if a value does not fit what is wanted.
    fn fits(&mut self, expression: &Expression<'_>, wanted: &Type, what: &str) {
        let wanted = self.present(wanted);
        let choices = self.choices(&wanted);
        if let Expression::ObjectExpression(object) = expression
            && !choices.contains(&Type::Any)
        {
            let shapes: Vec<&Shape> =
                choices.iter().filter_map(|one| if let Type::Shape(shape) = one { Some(&**shape) } else { None }).collect();
            return self.object_fits(object, &shapes, what);
        }
        if let Type::Shape(shape) = &wanted
            && let Some(signature) = &shape.call
        {
            let types: Vec<Type> = signature.parameters.iter().map(|parameter| parameter.types.clone()).collect();
            self.expect_parameters(expression, &types);
        }
        let found = self.infer(expression);
        let found = self.present(&found);
        if let Type::Promise(_) = found
            && !choices.iter().any(|one| matches!(one, Type::Promise(_) | Type::Any))
        {
            return self.report("not-awaited", expression.span(), format!("{what} gets a promise"), "write `await` before it");
        }
        if choices.iter().any(|one| may_be(&found, one)) {
            return;
        }
        if let (Type::Literal(text), true) = (&found, choices.iter().any(|one| matches!(one, Type::Literal(_)))) {
            let known = choices.iter().filter_map(|one| if let Type::Literal(text) = one { Some(text.as_str()) } else { None });
            let advice = closest(text, known);
            return self.report("wrong-argument", expression.span(), format!("{what} can't be \"{text}\""), advice);
        }
        let (got, wants) = (told(&found), choices.iter().map(told).collect::<Vec<_>>().join(" or "));
        self.report("wrong-argument", expression.span(), format!("{what} wants {wants}, not {got}"), "");
    }

    /// The alternatives of a type.
    fn choices(&self, types: &Type) -> Vec<Type> {
        match self.declared.resolved(types) {
            Type::OneOf(all) => all.iter().flat_map(|one| self.choices(one)).collect(),
            one => vec![one],
        }
    }

    fn object_fits(&mut self, object: &ObjectExpression<'_>, shapes: &[&Shape], what: &str) {
        if shapes.is_empty() {
            return self.report("wrong-argument", object.span, format!("{what} does not take an object"), "");
        }
        let mut has_spread = false;
        let mut names = Vec::new();
        for property in &object.properties {
            let ObjectPropertyKind::ObjectProperty(property) = property else {
                has_spread = true;
                continue;
            };
            let Some(name) = property.key.static_name() else { continue };
            names.push(name.to_string());
            let member: Option<Type> = shapes.iter().find_map(|shape| {
                shape.members.get(&*name).map(|member| member.types.clone()).or_else(|| shape.others.clone())
            });
            match member {
                Some(types) => self.fits(&property.value, &types, &format!("`{name}` of {what}")),
                None if shapes.iter().any(|shape| shape.call.is_some()) => {}
                None => {
                    let known: Vec<&str> = shapes.iter().flat_map(|shape| shape.members.keys().map(String::as_str)).collect();
                    self.report(
                        "unknown-option",
                        property.key.span(),
                        format!("{what} has no `{name}`"),
                        closest(&name, known),
                    );
                }
            }
        }
        let lacks = |(name, member): (&String, &Member)| !member.optional && !names.contains(name);
        if let ([shape], false) = (shapes, has_spread)
            && let Some((name, _)) = shape.members.iter().find(|(name, member)| lacks((name, member)))
        {
            self.report("missing-option", object.span, format!("{what} wants `{name}`"), "");
        }
    }
}

/// True if a value of the found type may be one of the wanted type.
fn may_be(found: &Type, wanted: &Type) -> bool {
    match (found, wanted) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::OneOf(all), wanted) => all.iter().any(|one| may_be(one, wanted)),
        (Type::Named(_), _) | (_, Type::Named(_)) => true,
        (Type::Literal(one), Type::Literal(other)) => one == other,
        (Type::Literal(_) | Type::Text, Type::Text) | (Type::Text, Type::Literal(_)) => true,
        (Type::Number, Type::Number) | (Type::Boolean, Type::Boolean) | (Type::Nothing, Type::Nothing) => true,
        (Type::List(_), Type::List(_)) | (Type::Promise(_), Type::Promise(_)) => true,
        (Type::Shape(found), Type::Shape(wanted)) => {
            let has = |(name, member): (&String, &Member)| {
                member.optional || found.members.contains_key(name) || found.others.is_some()
            };
            found.call.is_some() == wanted.call.is_some() && wanted.members.iter().all(has)
        }
        // A list is an object with any members.
        (Type::List(_), Type::Shape(shape)) => shape.call.is_none() && shape.others.is_some(),
        _ => false,
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

/// A type as people read it.
fn told(types: &Type) -> String {
    match types {
        Type::Any => "anything".into(),
        Type::Text => "a text".into(),
        Type::Number => "a number".into(),
        Type::Boolean => "true or false".into(),
        Type::Nothing => "nothing".into(),
        Type::Literal(text) => format!("\"{text}\""),
        Type::Named(name) => name.clone(),
        Type::Shape(shape) if shape.call.is_some() => "a function".into(),
        Type::Shape(shape) if shape.name.is_empty() => "an object".into(),
        Type::Shape(shape) => shape.name.clone(),
        Type::List(_) => "a list".into(),
        Type::Promise(_) => "a promise".into(),
        Type::OneOf(all) => all.iter().map(told).collect::<Vec<_>>().join(" or "),
    }
}

/// The type that a parameter's own annotation tells, if it has one.
pub(super) fn of_annotation(checker: &Checker<'_>, annotation: Option<&TSTypeAnnotation<'_>>) -> Option<Type> {
    annotation.map(|annotation| checker.known(annotated(Some(annotation))))
}

//! Types as declarations tell them.

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;
use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_parser::Parser;
use oxc_span::SourceType;

/// A type, as far as it is followed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    /// Not known, or not followed.
    Any,
    Text,
    Number,
    Boolean,
    /// `null`, `undefined`, `void`.
    Nothing,
    /// One text.
    Literal(String),
    /// Declared under a name.
    Named(String),
    Shape(Rc<Shape>),
    List(Box<Type>),
    Promise(Box<Type>),
    OneOf(Vec<Type>),
}

/// What an object has, and how it is called.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shape {
    /// The name it is declared under.
    pub(super) name: String,
    pub(super) members: IndexMap<String, Member>,
    /// Has members beside these, of this type.
    pub(super) others: Option<Type>,
    pub(super) call: Option<Signature>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) types: Type,
    pub(super) optional: bool,
}

/// How something is called.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signature {
    pub(super) parameters: Vec<Parameter>,
    pub(super) has_rest: bool,
    pub(super) result: Type,
}

/// A parameter of a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) types: Type,
    pub(super) optional: bool,
}

/// What a module declares.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    /// Name the module is imported under.
    pub(super) module: String,
    pub(super) types: HashMap<String, Type>,
    pub(super) values: HashMap<String, Type>,
}

impl Declarations {
    /// Reads the declarations of one module: a text with `declare module "…" { … }`.
    pub fn read(text: &str) -> Self {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, SourceType::d_ts()).parse();
        let mut read = Self::default();
        for statement in &parsed.program.body {
            if let Statement::TSExternalModuleDeclaration(module) = statement {
                read.module = module.id.value.to_string();
                module.body.iter().for_each(|block| read.block(block));
            }
        }
        read
    }

    fn block(&mut self, block: &TSModuleBlock<'_>) {
        for statement in &block.body {
            match statement {
                Statement::ExportDeclaration(export) => self.declaration(&export.declaration),
                Statement::TSInterfaceDeclaration(interface) => self.interface(interface),
                Statement::TSTypeAliasDeclaration(alias) => self.alias(alias),
                _ => {}
            }
        }
    }

    fn declaration(&mut self, declaration: &Declaration<'_>) {
        match declaration {
            Declaration::TSInterfaceDeclaration(interface) => self.interface(interface),
            Declaration::TSTypeAliasDeclaration(alias) => self.alias(alias),
            Declaration::FunctionDeclaration(function) => {
                let Some(id) = &function.id else { return };
                let call = signature(&function.params, function.return_type.as_deref());
                self.value_shape(id.name.as_str()).call = Some(call);
            }
            Declaration::TSNamespaceDeclaration(space) => self.namespace(space),
            _ => {}
        }
    }

    fn namespace(&mut self, space: &TSNamespaceDeclaration<'_>) {
        let TSNamespaceDeclarationBody::TSModuleBlock(block) = &space.body else { return };
        let mut inside = Self::default();
        for statement in &block.body {
            match statement {
                Statement::FunctionDeclaration(function) => {
                    let Some(id) = &function.id else { continue };
                    let call = signature(&function.params, function.return_type.as_deref());
                    inside.value_shape(id.name.as_str()).call = Some(call);
                }
                Statement::ExportDeclaration(export) => inside.declaration(&export.declaration),
                _ => {}
            }
        }
        let shape = self.value_shape(space.id.name.as_str());
        shape.members.extend(inside.values.into_iter().map(|(name, types)| (name, Member { types, optional: false })));
    }

    fn value_shape(&mut self, name: &str) -> &mut Shape {
        let place = self.values.entry(name.to_owned()).or_insert_with(|| {
            let shape = Shape { name: name.to_owned(), ..Shape::default() };
            Type::Shape(Rc::new(shape))
        });
        if !matches!(place, Type::Shape(_)) {
            *place = Type::Shape(Rc::default());
        }
        match place {
            Type::Shape(shape) => Rc::make_mut(shape),
            _ => unreachable!("a shape was put here"),
        }
    }

    fn interface(&mut self, interface: &TSInterfaceDeclaration<'_>) {
        let name = interface.id.name.to_string();
        let mut shape = shape(&interface.body.body, &name);
        if !interface.extends.is_empty() || interface.type_parameters.is_some() {
            shape.others = Some(Type::Any);
        }
        self.types.insert(name, Type::Shape(Rc::new(shape)));
    }

    fn alias(&mut self, alias: &TSTypeAliasDeclaration<'_>) {
        let types = if alias.type_parameters.is_some() { Type::Any } else { of(&alias.type_annotation) };
        self.types.insert(alias.id.name.to_string(), types);
    }

    /// A type with its names followed; what is not declared is not known.
    pub(super) fn resolved(&self, types: &Type) -> Type {
        let mut types = types.clone();
        // A name may stand for a name, and a circle of them for nothing.
        for _ in 0..8 {
            match &types {
                Type::Named(name) => types = self.types.get(name).cloned().unwrap_or(Type::Any),
                _ => return types,
            }
        }
        Type::Any
    }
}

fn shape(members: &[TSSignature<'_>], name: &str) -> Shape {
    let mut shape = Shape { name: name.to_owned(), ..Shape::default() };
    for member in members {
        match member {
            TSSignature::TSPropertySignature(property) => {
                let Some(key) = property.key.static_name() else { continue };
                let types = annotated(property.type_annotation.as_deref());
                shape.members.insert(key.into_owned(), Member { types, optional: property.optional });
            }
            TSSignature::TSMethodSignature(method) => {
                let Some(key) = method.key.static_name() else { continue };
                let types = function(signature(&method.params, method.return_type.as_deref()));
                shape.members.insert(key.into_owned(), Member { types, optional: method.optional });
            }
            TSSignature::TSIndexSignature(index) => shape.others = Some(annotated(Some(&index.type_annotation))),
            TSSignature::TSCallSignatureDeclaration(call) => {
                shape.call = Some(signature(&call.params, call.return_type.as_deref()));
            }
            TSSignature::TSConstructSignatureDeclaration(_) => shape.others = Some(Type::Any),
        }
    }
    shape
}

/// A function: it has members of its own that nobody declares.
fn function(call: Signature) -> Type {
    Type::Shape(Rc::new(Shape { call: Some(call), others: Some(Type::Any), ..Shape::default() }))
}

fn signature(parameters: &FormalParameters<'_>, result: Option<&TSTypeAnnotation<'_>>) -> Signature {
    let of_one = |parameter: &FormalParameter<'_>| Parameter {
        name: match &parameter.pattern {
            BindingPattern::BindingIdentifier(id) => id.name.to_string(),
            _ => "value".to_owned(),
        },
        types: annotated(parameter.type_annotation.as_deref()),
        optional: parameter.optional || parameter.initializer.is_some(),
    };
    Signature {
        parameters: parameters.items.iter().map(of_one).collect(),
        has_rest: parameters.rest.is_some(),
        result: annotated(result),
    }
}

/// The type of an annotation; not known without one.
pub(super) fn annotated(annotation: Option<&TSTypeAnnotation<'_>>) -> Type {
    annotation.map_or(Type::Any, |annotation| of(&annotation.type_annotation))
}

pub(super) fn annotated_by(types: &TSType<'_>) -> Type {
    of(types)
}

fn of(types: &TSType<'_>) -> Type {
    match types {
        TSType::TSStringKeyword(_) => Type::Text,
        TSType::TSNumberKeyword(_) => Type::Number,
        TSType::TSBooleanKeyword(_) => Type::Boolean,
        TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_) | TSType::TSVoidKeyword(_) => Type::Nothing,
        TSType::TSArrayType(list) => Type::List(Box::new(of(&list.element_type))),
        TSType::TSParenthesizedType(inner) => of(&inner.type_annotation),
        TSType::TSUnionType(union) => one_of(union.types.iter().map(of).collect()),
        TSType::TSTypeLiteral(literal) => Type::Shape(Rc::new(shape(&literal.members, ""))),
        TSType::TSFunctionType(call) => function(signature(&call.params, Some(&call.return_type))),
        TSType::TSLiteralType(literal) => match &literal.literal {
            TSLiteral::StringLiteral(text) => Type::Literal(text.value.to_string()),
            TSLiteral::BooleanLiteral(_) => Type::Boolean,
            TSLiteral::NumericLiteral(_) => Type::Number,
            _ => Type::Any,
        },
        TSType::TSTypeReference(reference) => referred(reference),
        _ => Type::Any,
    }
}

fn referred(reference: &TSTypeReference<'_>) -> Type {
    let TSTypeName::IdentifierReference(id) = &reference.type_name else { return Type::Any };
    let arguments: Vec<Type> =
        reference.type_arguments.as_ref().map(|all| all.params.iter().map(of).collect()).unwrap_or_default();
    match (id.name.as_str(), arguments.as_slice()) {
        ("Promise", [inner]) => Type::Promise(Box::new(inner.clone())),
        ("Array" | "ReadonlyArray", [inner]) => Type::List(Box::new(inner.clone())),
        ("Record", [_, value]) => {
            let shape = Shape { others: Some(value.clone()), ..Shape::default() };
            Type::Shape(Rc::new(shape))
        }
        (name, []) => Type::Named(name.to_owned()),
        _ => Type::Any,
    }
}

/// Alternatives; what may be anything is not known.
pub(super) fn one_of(all: Vec<Type>) -> Type {
    if all.contains(&Type::Any) { Type::Any } else { Type::OneOf(all) }
}

//! Whether a device may go on with an earlier configuration while it puts off an update (A6). Pure.
//!
//! It may if all it knows is still there and means the same: then calls and exchange understand each other, and what is new
//! stays unknown to the device.

use std::collections::BTreeMap;

use crate::{
    AttributeDefinition, Bundle, ChildKind, Configuration, DeviceBundle, FormDefinition, ModuleName, ObjectDefinition,
};

/// What keeps devices with `earlier` from working with the main server `now`, for the operator; nothing if they may go on.
/// `earlier_main` is the main server's configuration that was published with `earlier`.
pub fn obstacles(earlier: &DeviceBundle, earlier_main: &Bundle, now: &Bundle) -> Vec<String> {
    let mut all = Vec::new();
    objects(&earlier.client_of_main.configuration, &now.configuration, &mut all);
    left_the_composition(&earlier.standalone.configuration, now, &mut all);
    functions(&earlier_main.modules_with_exports(), &now.modules_with_exports(), &mut all);
    all
}

fn objects(earlier: &Configuration, now: &Configuration, all: &mut Vec<String>) {
    for object in earlier.objects.values() {
        match now.object(&object.name) {
            Some(new) => children(object, new, all),
            None => all.push(format!("{} is gone", object.name)),
        }
    }
}

/// A device would go on sending what is not exchanged any more.
fn left_the_composition(earlier: &Configuration, now: &Bundle, all: &mut Vec<String>) {
    for object in earlier.objects.values().filter(|o| now.configuration.object(&o.name).is_some()) {
        let name = &object.name;
        if !now.composition.includes(name) {
            all.push(format!("{name} is not in the offline mode composition any more"));
            continue;
        }
        let excludes = |kind, child: &str| now.composition.excludes(name, kind, child);
        let attributes = object.attributes.iter().map(|a| &a.name);
        let lost = attributes.filter(|a| excludes(ChildKind::Attributes, a) || excludes(ChildKind::Resources, a));
        all.extend(lost.map(|a| format!("{name}.{a} is not in the offline mode composition any more")));
        let tables = object.tables.iter().filter(|t| excludes(ChildKind::Tables, &t.name));
        all.extend(tables.map(|t| format!("{name}.{} is not in the offline mode composition any more", t.name)));
    }
}

fn children(object: &ObjectDefinition, new: &ObjectDefinition, all: &mut Vec<String>) {
    attributes(&object.name.to_string(), &object.all_attributes(), &new.all_attributes(), all);
    for table in &object.tables {
        let place = format!("{}.{}", object.name, table.name);
        match new.table(&table.name) {
            Some(new) => attributes(&place, &table.columns, &new.columns, all),
            None => all.push(format!("{place} is gone")),
        }
    }
    let lost = object.values.iter().filter(|value| !new.values.iter().any(|v| v.id == value.id));
    all.extend(lost.map(|value| format!("{}.{} is gone", object.name, value.name)));
    let added = new.values.iter().filter(|value| !object.values.iter().any(|v| v.id == value.id));
    all.extend(added.map(|value| format!("{}.{} is a value that they don't know", object.name, value.name)));
    for form in &object.forms {
        match new.form(&form.name.form) {
            Some(new) => form_attributes(form, new, all),
            None => all.push(format!("the form {} is gone", form.name)),
        }
    }
}

fn form_attributes(form: &FormDefinition, new: &FormDefinition, all: &mut Vec<String>) {
    let lost = form.attributes.iter().filter(|attribute| !new.attributes.contains(attribute));
    all.extend(lost.map(|attribute| format!("{} of the form {} is gone or changed", attribute.name(), form.name)));
}

fn attributes(place: &str, earlier: &[AttributeDefinition], now: &[AttributeDefinition], all: &mut Vec<String>) {
    for attribute in earlier {
        match now.iter().find(|a| a.name == attribute.name) {
            Some(new) if new.types == attribute.types => {}
            Some(_) => all.push(format!("{place}.{} has another type", attribute.name)),
            None => all.push(format!("{place}.{} is gone", attribute.name)),
        }
    }
    let unknown = now.iter().filter(|a| a.required && !earlier.iter().any(|e| e.name == a.name));
    all.extend(unknown.map(|a| format!("{place}.{} is required and they don't know it", a.name)));
}

type Exports<'b> = BTreeMap<&'b ModuleName, &'b [String]>;

fn functions(earlier: &Exports<'_>, now: &Exports<'_>, all: &mut Vec<String>) {
    for (module, exports) in earlier {
        let there = now.get(module).copied().unwrap_or_default();
        let lost = exports.iter().filter(|function| !there.contains(function));
        all.extend(lost.map(|function| format!("the function {function} of {module} is gone")));
    }
}

impl Bundle {
    fn modules_with_exports(&self) -> Exports<'_> {
        self.modules.iter().map(|(name, module)| (name, module.exports.as_slice())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Composition, ObjectName, Target, TypeSet};

    fn goods(attributes: &[(&str, &str)]) -> ObjectDefinition {
        let name: ObjectName = "Catalog.Goods".parse().expect("a name");
        let mut goods = ObjectDefinition::new(name);
        goods.attributes = attributes
            .iter()
            .map(|(name, types)| AttributeDefinition::new(*name, TypeSet::one(types.parse().expect("a type"))))
            .collect();
        goods
    }

    fn bundle(target: Target, objects: Vec<ObjectDefinition>, exports: &[&str]) -> Bundle {
        let configuration = Configuration {
            objects: objects.into_iter().map(|o| (o.name.clone(), o)).collect(),
            ..Configuration::named("Small")
        };
        let module = crate::CompiledModule {
            file: "a.ts".into(),
            code: String::new(),
            exports: exports.iter().map(|e| (*e).to_owned()).collect(),
        };
        let name = ModuleName::try_from("Module.Prices.server".to_owned()).expect("a name");
        let included = configuration.objects.keys().map(|name| (name.clone(), crate::Inclusion::default())).collect();
        Bundle::new(target, configuration, Composition { included, ..Composition::default() }, [(name, module)].into())
    }

    fn check(now: ObjectDefinition, exports: &[&str], expect: &[&str]) {
        let of = |target| bundle(target, vec![goods(&[("Price", "decimal(15.2)")])], &["ask"]);
        let device = DeviceBundle {
            standalone: of(Target::StandaloneServer),
            client_of_main: of(Target::ClientOfMain),
            client_of_standalone: of(Target::ClientOfStandalone),
        };
        let now = bundle(Target::MainServer, vec![now], exports);
        assert_eq!(obstacles(&device, &of(Target::MainServer), &now), expect);
    }

    #[test]
    fn a6_what_is_new_is_no_obstacle_and_what_is_gone_or_changed_is() {
        check(goods(&[("Price", "decimal(15.2)"), ("Unit", "string(10)")]), &["ask", "tell"], &[]);
        check(goods(&[("Price", "string(10)")]), &["ask"], &["Catalog.Goods.Price has another type"]);
        check(goods(&[]), &["ask"], &["Catalog.Goods.Price is gone"]);
        check(goods(&[("Price", "decimal(15.2)")]), &[], &["the function ask of Module.Prices.server is gone"]);
        let mut demanding = goods(&[("Price", "decimal(15.2)"), ("Unit", "string(10)")]);
        demanding.attributes[1].required = true;
        check(demanding, &["ask"], &["Catalog.Goods.Unit is required and they don't know it"]);
    }
}

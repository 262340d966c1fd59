//! From a folder to bundles.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use twinshore_metadata::{
    Bundle, Composition, Configuration, DeviceBundle, Language, ModuleName, ModulePlace, ObjectDefinition, ObjectKind,
    ObjectName, Priority, Target, Title,
};

use crate::diagnostics::{Diagnostic, Diagnostics, Place};
use crate::forms::FormDraft;
use crate::modules::{self, Compiled, ModuleSource};
use crate::objects::References;
use crate::report::CompositionReport;
use crate::source::{self, Source};
use crate::yaml::{self, Node};
use crate::{check, composition, defaults, forms, local_code, objects, settings};

/// What a good configuration becomes.
#[derive(Debug, Clone)]
pub struct Bundles {
    /// For the main server.
    pub main: Bundle,
    /// For devices.
    pub device: DeviceBundle,
}

/// The outcome.
#[derive(Debug)]
pub struct Compilation {
    /// Everything that was found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Bundles, if there are no errors.
    pub bundles: Option<Bundles>,
    /// What goes to the device.
    pub report: CompositionReport,
}

/// Compiles a configuration.
pub fn compile(folder: &Path) -> Compilation {
    let mut diagnostics = Diagnostics::default();
    let sources = source::read(folder, &mut diagnostics);
    let bundles = Compiler { diagnostics: &mut diagnostics, references: Vec::new(), conditions: Vec::new() }.run(sources);
    diagnostics.0.sort_by(|a, b| (&a.place, b.severity, a.code).cmp(&(&b.place, a.severity, b.code)));
    let report = bundles.as_ref().map(CompositionReport::of).unwrap_or_default();
    Compilation { diagnostics: diagnostics.0, bundles, report }
}

struct Compiler<'d> {
    diagnostics: &'d mut Diagnostics,
    references: References,
    conditions: Vec<(ObjectName, String, Place)>,
}

/// Sources sorted by what they describe.
#[derive(Default)]
struct Sorted {
    head: Option<(String, Node)>,
    subsystems: Option<(String, Node)>,
    offline: Option<(String, Node)>,
    roles: Vec<(String, Node)>,
    objects: Vec<(ObjectKind, String, String, Node)>,
    forms: Vec<(ObjectName, String, String, Node)>,
    modules: Vec<ModuleSource>,
}

impl Compiler<'_> {
    fn run(mut self, sources: Vec<Source>) -> Option<Bundles> {
        let sorted = self.sort(sources);
        let mut configuration = self.configuration(&sorted);
        let drafts = self.forms(&sorted, &mut configuration);
        let modules = modules::index(sorted.modules, self.diagnostics);
        self.check_owners(&configuration, &modules);
        for object in configuration.objects.values_mut() {
            defaults::add_forms(object);
        }
        let mut composition = self.composition(sorted.offline.as_ref(), &modules, &configuration);
        composition::pull_in(&mut composition, &configuration);
        let whole = self.compile_modules(&modules, None);
        let exports = whole.iter().map(|(name, m)| (name.clone(), m.module.exports.clone())).collect();
        check::references(&configuration, &self.references, self.diagnostics);
        settings::check_governed(&configuration, self.diagnostics);
        for draft in &drafts {
            check::form(&configuration, &exports, draft, self.diagnostics);
            check::reopening(&composition, &exports, draft, self.diagnostics);
        }
        for (object, text, place) in &self.conditions {
            check::condition(&configuration, object, text, place, self.diagnostics);
        }
        let device = self.compile_modules(&modules, Some(&composition));
        composition::pull_in_named(&mut composition, local_code::wanted(device.values(), &configuration));
        self.warn_of_local_code(&device, &configuration, &composition);
        if self.diagnostics.has_errors() {
            return None;
        }
        Some(bundles(&configuration, &composition, whole, device))
    }

    fn parse(&mut self, source: &Source) -> Option<Node> {
        match yaml::parse(&source.file, &source.text) {
            Ok(node) => Some(node),
            Err(diagnostic) => {
                self.diagnostics.0.push(diagnostic);
                None
            }
        }
    }

    fn sort(&mut self, sources: Vec<Source>) -> Sorted {
        let mut sorted = Sorted::default();
        for source in sources {
            let parts: Vec<&str> = source.file.split('/').collect();
            let object = match parts.as_slice() {
                [folder, name, _] => {
                    ObjectKind::ALL.into_iter().find(|k| k.folder() == *folder).map(|kind| ObjectName::new(kind, *name))
                }
                _ => None,
            };
            if source.file.ends_with(".ts") {
                match modules::name_of(&source.file, object.as_ref()) {
                    Ok(name) => sorted.modules.push(ModuleSource { name, source }),
                    Err(message) => self.diagnostics.error("module-name", &Place::file(source.file.clone()), message, ""),
                }
                continue;
            }
            let Some(node) = self.parse(&source) else { continue };
            let file = source.file.clone();
            match (parts.as_slice(), object) {
                (["configuration.yaml"], _) => sorted.head = Some((file, node)),
                (["subsystems.yaml"], _) => sorted.subsystems = Some((file, node)),
                (["offline.yaml"], _) => sorted.offline = Some((file, node)),
                (["roles", _], _) => sorted.roles.push((file, node)),
                ([_, folder, name], Some(object)) => match name.strip_suffix(".form.yaml") {
                    Some(stem) => sorted.forms.push((object, stem.to_owned(), file, node)),
                    None if *name == format!("{folder}.yaml") => {
                        sorted.objects.push((object.kind, (*folder).to_owned(), file, node))
                    }
                    None => self.diagnostics.error(
                        "file-name",
                        &Place::file(file),
                        format!("this file is not understood; the object's file is {folder}.yaml"),
                        "",
                    ),
                },
                _ => {
                    let folders: Vec<&str> = ObjectKind::ALL.iter().map(|k| k.folder()).collect();
                    let advice = format!("objects lie in folder/Name/Name.yaml; folders: {}, roles", folders.join(", "));
                    self.diagnostics.error("file-name", &Place::file(file), "this file is not understood", advice);
                }
            }
        }
        sorted
    }

    fn configuration(&mut self, sorted: &Sorted) -> Configuration {
        let mut configuration = Configuration {
            name: String::new(),
            title: Title::default(),
            version: String::new(),
            languages: vec![Language { code: "en".into(), name: "English".into() }],
            objects: Default::default(),
            roles: Default::default(),
            subsystems: Vec::new(),
            home_page: Vec::new(),
            offline_by_hand: true,
            poor_connection_by_hand: true,
            sign_in: twinshore_metadata::SignInRules::default(),
            users: None,
            modules_elsewhere: Vec::new(),
        };
        let mut all: Vec<ObjectDefinition> = sorted
            .objects
            .iter()
            .map(|(kind, folder, file, node)| objects::read(*kind, folder, file, node, &mut self.references, self.diagnostics))
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        configuration.objects = all.into_iter().map(|o| (o.name.clone(), o)).collect();
        for (file, node) in &sorted.roles {
            let role = settings::read_role(file, node, &mut self.references, &mut self.conditions, self.diagnostics);
            configuration.roles.insert(role.name.clone(), role);
        }
        if let Some((file, node)) = &sorted.subsystems {
            configuration.subsystems = settings::read_subsystems(file, node, &mut self.references, self.diagnostics);
        }
        configuration
    }

    fn forms(&mut self, sorted: &Sorted, configuration: &mut Configuration) -> Vec<FormDraft> {
        let mut drafts = Vec::new();
        for (owner, stem, file, node) in &sorted.forms {
            let Some(object) = configuration.objects.get_mut(owner) else {
                self.diagnostics.error(
                    "no-object",
                    &Place::file(file.clone()),
                    format!("the form lies beside no {owner}"),
                    format!("add {0}/{0}.yaml", owner.name),
                );
                continue;
            };
            let draft = forms::read(object, stem, file, node, &mut self.references, self.diagnostics);
            object.forms.push(draft.form.clone());
            drafts.push(draft);
        }
        match &sorted.head {
            Some((file, node)) => {
                let home = settings::read_head(file, node, configuration, &mut self.references, self.diagnostics);
                let mut complete = configuration.clone();
                complete.objects.values_mut().for_each(defaults::add_forms);
                configuration.home_page = home
                    .iter()
                    .filter_map(|(text, place)| settings::home_form(&complete, text, place, self.diagnostics))
                    .collect();
            }
            None => self.diagnostics.error(
                "no-head",
                &Place::file("configuration.yaml"),
                "the file is missing",
                "a configuration begins with configuration.yaml: `name: MyApp`",
            ),
        }
        drafts
    }

    fn check_owners(&mut self, configuration: &Configuration, modules: &BTreeMap<ModuleName, Source>) {
        for (name, source) in modules {
            let place = Place::file(source.file.clone());
            match name {
                ModuleName::Form(form, _) if configuration.form(form).is_none() => {
                    let advice = format!("add {}.form.yaml", form.form);
                    self.diagnostics.error("no-form", &place, format!("there is no form {form}"), advice);
                }
                ModuleName::Object(object) if configuration.object(object).is_none() => {
                    self.diagnostics.error("no-object", &place, format!("there is no {object}"), "");
                }
                ModuleName::Common(common, _)
                    if configuration.object(&ObjectName::new(ObjectKind::Module, common.clone())).is_none() =>
                {
                    let advice = format!("add {common}.yaml with `module: {common}`");
                    self.diagnostics.error("no-object", &place, format!("there is no Module.{common}"), advice);
                }
                _ => {}
            }
        }
    }

    fn composition(
        &mut self,
        offline: Option<&(String, Node)>,
        modules: &BTreeMap<ModuleName, Source>,
        configuration: &Configuration,
    ) -> Composition {
        let Some((file, node)) = offline else { return Composition::default() };
        let composition =
            settings::read_composition(file, node, configuration, &mut self.references, &mut self.conditions, self.diagnostics);
        // P5: there is one client on the device, so a client's half has no copies to choose from.
        for (name, inclusion) in &composition.included {
            let half = |place| modules.contains_key(&ModuleName::Common(name.name.clone(), place));
            if name.kind == ObjectKind::Module
                && inclusion.priority != Priority::Main
                && half(ModulePlace::Client)
                && !half(ModulePlace::Server)
            {
                let message = format!("{name} runs on the client only, so its priority changes nothing");
                self.diagnostics.note("client-priority", &Place::file(file.clone()), message);
            }
        }
        composition
    }

    /// Modules for the main side, or for the device if a composition is given.
    fn compile_modules(
        &mut self,
        modules: &BTreeMap<ModuleName, Source>,
        composition: Option<&Composition>,
    ) -> HashMap<ModuleName, Compiled> {
        let mut compiled = HashMap::new();
        for (name, source) in modules {
            if composition.is_some_and(|c| !is_on_device(name, c)) {
                continue;
            }
            let target = match (modules::place_of(name), composition) {
                (ModulePlace::Server, None) => Target::MainServer,
                (ModulePlace::Server, Some(_)) => Target::StandaloneServer,
                (ModulePlace::Client, None) => Target::ClientOfMain,
                (ModulePlace::Client, Some(_)) => Target::ClientOfStandalone,
            };
            let Some(module) = modules::compile(source, target, self.diagnostics) else { continue };
            if target == Target::ClientOfMain {
                // P4: what only a browser would run is read too, and goes nowhere.
                modules::compile(source, Target::BrowserClient, self.diagnostics);
            }
            if target == Target::MainServer {
                self.refuse_main_server(&module);
            }
            compiled.insert(name.clone(), module);
        }
        compiled
    }

    /// R9: there is no way from the main server to itself.
    fn refuse_main_server(&mut self, module: &Compiled) {
        for used in module.uses.iter().filter(|used| used.object == "MainServer") {
            let advice = "MainServer exists on the stand-alone server and on the client; put the call between `//#if MobileApplicationServer` and `//#endif`";
            self.diagnostics.error("main-server", &used.place, "the main server can't call itself", advice);
        }
    }

    fn warn_of_local_code(
        &mut self,
        device: &HashMap<ModuleName, Compiled>,
        configuration: &Configuration,
        composition: &Composition,
    ) {
        for (name, module) in device {
            if modules::place_of(name) == ModulePlace::Server {
                local_code::warn(module, configuration, composition, self.diagnostics);
            }
        }
    }
}

/// True if a module runs on the device: client halves of common modules and the application always do.
fn is_on_device(name: &ModuleName, composition: &Composition) -> bool {
    match name {
        ModuleName::Application | ModuleName::Session | ModuleName::Common(_, ModulePlace::Client) => true,
        ModuleName::Common(module, ModulePlace::Server) => {
            composition.priority(&ObjectName::new(ObjectKind::Module, module.clone())).is_some_and(|p| p != Priority::MainOnly)
        }
        ModuleName::Object(object) => composition.includes(object),
        ModuleName::Form(form, _) => composition.form_priority(form).is_some(),
    }
}

fn bundles(
    configuration: &Configuration,
    composition: &Composition,
    whole: HashMap<ModuleName, Compiled>,
    device: HashMap<ModuleName, Compiled>,
) -> Bundles {
    let split = |all: HashMap<ModuleName, Compiled>| {
        let mut sides: [BTreeMap<_, _>; 2] = Default::default();
        for (name, compiled) in all {
            sides[usize::from(modules::place_of(&name) == ModulePlace::Client)].insert(name, compiled.module);
        }
        sides
    };
    let [main_server, main_client] = split(whole);
    let [standalone_server, standalone_client] = split(device);
    let local = composition::device_configuration(configuration, composition);
    let bundle = |target, configuration: &Configuration, modules| {
        Bundle::new(target, configuration.clone(), composition.clone(), modules)
    };
    Bundles {
        main: bundle(Target::MainServer, configuration, main_server),
        device: DeviceBundle {
            standalone: bundle(Target::StandaloneServer, &local, standalone_server),
            client_of_main: bundle(Target::ClientOfMain, configuration, main_client),
            client_of_standalone: bundle(Target::ClientOfStandalone, &local, standalone_client),
        },
    }
}

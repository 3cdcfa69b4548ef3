//! What Galaxy says of one thing, as OpenMetadata keeps it. Never takes the place of a comment that SQL tells.

use metahost_plugin_sdk::entities::{Column, Common};
use metahost_plugin_sdk::{names, paragraphs};
use serde_json::Value;

use super::answer::{Contact, Item, Link, Product};
use crate::config::Owners;

/// The classification that its tags are put in.
const CLASSIFICATION: &str = "GalaxyTags";

/// Description, owners, tags and custom properties of one catalog, schema, table or column.
#[derive(Debug, Default)]
pub struct Facts {
    description: Option<String>,
    owners: Vec<String>,
    tags: Vec<String>,
    extension: Vec<(String, String)>,
}

impl Facts {
    /// Of an item, owned by its contacts or the role that it belongs to.
    pub fn of(item: Item, owners: Owners) -> Self {
        let role = item.owner.and_then(|role| role.role_name);
        Self {
            description: paragraphs([item.description, links(item.links)]),
            owners: owned_by(emails(item.contacts), role.clone(), owners),
            tags: item.tags.into_iter().flatten().map(|tag| names::tag(CLASSIFICATION, &tag.name)).collect(),
            extension: role.map(|role| property("owningRole", &role)).into_iter().collect(),
        }
    }

    /// Whether there is anything to say.
    pub fn is_empty(&self) -> bool {
        let Self { description, owners, tags, extension } = self;
        description.is_none() && owners.is_empty() && tags.is_empty() && extension.is_empty()
    }

    /// Adds what is said of a schema that is a data product: its contacts go before a role that merely owns the schema.
    pub fn add(&mut self, product: Product, owners: Owners) {
        let said = [self.description.take(), product.summary, product.description, links(product.links)];
        self.description = paragraphs(said);
        let contacts = emails(product.contacts);
        if owners != Owners::Roles && !contacts.is_empty() {
            self.owners.retain(|owner| owner.contains('@') && !contacts.contains(owner));
            self.owners.extend(contacts);
        }
        self.extension.push(property("dataProduct", &product.name));
        let context = product.business_context.filter(|text| !text.trim().is_empty());
        self.extension.extend(context.map(|text| property("businessContext", &text)));
    }

    /// Puts all of it on an entity.
    pub fn put_on(self, common: &mut Common) {
        common.description = common.description.take().or(self.description);
        common.owners.extend(self.owners);
        common.tags.extend(self.tags);
        common.extension.extend(self.extension);
    }

    /// Puts what a column can have on one.
    pub fn put_on_column(self, column: &mut Column) {
        column.description = column.description.take().or(self.description);
        column.tags.extend(self.tags);
    }
}

fn owned_by(contacts: Vec<String>, role: Option<String>, owners: Owners) -> Vec<String> {
    match owners {
        Owners::Contacts => contacts,
        Owners::ContactsElseRoles if !contacts.is_empty() => contacts,
        Owners::ContactsElseRoles | Owners::Roles => role.into_iter().collect(),
    }
}

fn emails(contacts: Option<Vec<Contact>>) -> Vec<String> {
    contacts.into_iter().flatten().filter_map(|contact| contact.email).collect()
}

fn links(links: Option<Vec<Link>>) -> Option<String> {
    let link = |link: Link| format!("[{}]({})", link.name.as_deref().unwrap_or(&link.uri), link.uri);
    let links: Vec<String> = links.into_iter().flatten().map(link).collect();
    (!links.is_empty()).then(|| format!("Links: {}.", links.join(", ")))
}

fn property(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), Value::from(value).to_string())
}

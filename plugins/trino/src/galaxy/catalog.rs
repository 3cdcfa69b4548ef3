//! What Galaxy says of a catalog and of its schemas, data products among them. Never asks for a table.

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{encode, parse};

use super::answer::{Item, Product};
use super::{CATALOGS, Facts, Galaxy};

const PRODUCTS: &str = "/public/api/v1/dataProduct";

/// What is known of one catalog.
#[derive(Default)]
pub struct OfCatalog {
    /// Of the catalog itself.
    pub catalog: Facts,
    /// Of its schemas, by name.
    pub schemas: BTreeMap<String, Facts>,
}

impl Galaxy {
    /// Asks for a catalog, its schemas and the account's data products.
    pub fn of_catalog(&self, catalog: &str, out: &mut dyn Output) -> Result<OfCatalog> {
        let Some(id) = self.id(catalog, out)? else { return Ok(OfCatalog::default()) };
        let at = format!("{CATALOGS}/{}", encode(&id));
        let item = self.api.get(&format!("{at}/catalogMetadata")).and_then(|found| parse("a catalog", found));
        let item: Option<Item> = self.if_there("metadata of a catalog", item, out)?;
        let mut found = OfCatalog {
            catalog: item.map(|item| Facts::of(item, self.config.owners)).unwrap_or_default(),
            schemas: BTreeMap::new(),
        };
        let schemas = self.each(&format!("{at}/schema"), |item| {
            let item = or_skip(out, &[catalog], parse::<Item>("a schema of Starburst Galaxy", item))?;
            let item = item.map(|item| (item.name.clone(), Facts::of(item, self.config.owners)));
            found.schemas.extend(item);
            Ok(())
        });
        self.or_tell(&[catalog], schemas, out)?;
        self.products(&id, &mut found.schemas, out)?;
        Ok(found)
    }

    fn products(&self, id: &str, schemas: &mut BTreeMap<String, Facts>, out: &mut dyn Output) -> Result<()> {
        let read = self.each(PRODUCTS, |item| {
            let product = or_skip(out, &["data product"], parse::<Product>("a data product", item))?;
            if let Some(product) = product.filter(|product| product.catalog.catalog_id == id) {
                schemas.entry(product.schema_name.clone()).or_default().add(product, self.config.owners);
            }
            Ok(())
        });
        self.if_there("data products", read, out).map(|_| ())
    }
}

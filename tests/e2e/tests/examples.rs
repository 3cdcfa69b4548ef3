//! Every example in a plugin's README is one that its reader can use: it loads, and it fits the plugin.

use anyhow::{Context, Result};
use metahost_e2e::{Project, root};

/// The whole configurations in a text; fragments of one are not.
fn examples(text: &str) -> Vec<&str> {
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter(|block| block.contains("plugin = ")).collect()
}

#[test]
fn the_examples_of_every_plugin_fit_it() -> Result<()> {
    let mut checked = 0;
    for plugin in std::fs::read_dir(root().join("plugins"))? {
        let readme = plugin?.path().join("README.md");
        let Ok(text) = std::fs::read_to_string(&readme) else { continue };
        for example in examples(&text) {
            let project = Project::new(example)?;
            // Folders that an example grants are the reader's own.
            let finished = project.run(&["check", "--offline"])?;
            finished.expect_code(0).with_context(|| format!("{}:\n{example}", readme.display()))?;
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked} examples");
    Ok(())
}

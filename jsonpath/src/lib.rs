//! kubectl's dialect of JSONPath, and what kubectl builds on it: `-o jsonpath`, `-o jsonpath-as-json`, `-o custom-columns`
//! and `--sort-by`.
//!
//! The crates that are well kept (`jsonpath-rust`, `serde_json_path`) speak RFC 9535, which has no text around its
//! queries, no `{range}`, no relaxed paths, and other answers for what is missing; so this one is our own.
//!
//! The reference is kubectl 1.37: every quirk of it that a user can see is kept, and the tests compare the answers with
//! those of its binary. What differs on purpose:
//!
//! | what | kubectl | here | why |
//! | --- | --- | --- | --- |
//! | `*` and `..` on a map | any order, another one each time | the order of the keys | the same question has one answer |
//! | a custom column that cannot be read or evaluated | prints the headers, and the rows before it, then the error | the error alone | half a table looks like a whole one |
//! | in a `{range}` over nulls or over nothing: an index, another `{range}`, or JSON of what it is at | crashes | an error, nothing, `null` | a crash helps nobody |
//! | `--sort-by` of equal items, where there are more than twelve | an order of its own | as they came | kubectl's sort is not stable |
//! | `--sort-by` of a table by what cannot be read or no item has | `No resources found`, exit code 0 | an error, as kubectl itself says it for `-o name` or `-o json` | there are resources |
//! | `--sort-by='{.a}{.b}'` of a table | sorts by the first | an error, as kubectl itself says it for `-o name` or `-o json` | the second is never heeded |
//! | `"\xff"`, a byte that is no UTF-8 | that byte | U+FFFD | what is printed is text |
//! | ranges in ranges, more than 128 deep; more than 20 million values looked at | goes on | an error | the stack and the time end somewhere |
//!
//! ```
//! use kubectl_jsonpath::Template;
//!
//! let pods = serde_json::json!({"items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]});
//! let template = Template::parse(r#"{range .items[*]}{.metadata.name}{"\n"}{end}"#)?;
//! assert_eq!(template.print(&pods)?, "a\nb\n");
//! # Ok::<(), kubectl_jsonpath::Error>(())
//! ```

mod columns;
mod compare;
mod error;
mod evaluate;
mod filter;
mod item;
mod node;
mod number;
mod parse;
mod quantity;
mod quote;
mod relaxed;
mod sort;
mod template;
mod write;

pub use columns::Columns;
pub use error::Error;
pub use relaxed::relaxed;
pub use sort::sort;
pub use template::Template;

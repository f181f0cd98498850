//! `check --fix` writes the limits that params need.

use std::path::PathBuf;

use infrac::driver::{Options, mend};
use infrac::world::{Memory, SystemFolder};

const SHOP: &str = r#"system shop
param team: text(1..40) matching /[a-z0-9_]+/ = "books"
param tries: int = 3
environment test { account = "111122223333", region = "eu-west-1" }
environment production { account = "123456789012", region = "eu-west-1" }
naming {
  stack           = "{system}-{env}-{team}-{stack}"
  AWS::S3::Bucket = "{system}-{env}-{team}-{id}-{account}"
  AWS::SQS::Queue = "{system}-{env}-{team}-{id}"
}
stack Storage {
  all_uploads = AWS::S3::Bucket {}
  uploads     = AWS::S3::Bucket {}
  letters     = AWS::S3::Bucket {}
  for n in ["a", "b", "c"] { queue[n] = AWS::SQS::Queue { DelaySeconds = tries } }
}
"#;

#[test]
fn one_param_and_one_limit_are_one_diagnostic_and_the_narrowest_limit_is_written() {
    let world = Memory::with([("/shop/main.infra", SHOP)]);
    let file = PathBuf::from("/shop/main.infra");
    let system = SystemFolder { root: PathBuf::from("/shop"), files: vec![file.clone()] };
    // Names are looked at once all properties are right.
    let found = crate::rules::found(&SHOP.replace("tries: int", "tries: int(0..900)"));
    let about = |word: &str| found.iter().filter(|one| one.message.contains(word)).collect::<Vec<_>>();
    let wide = about("63 are the most");
    assert_eq!(wide.len(), 1, "{found:#?}");
    assert!(wide[0].message.contains("`Storage.all_uploads`"), "the longest name leaves the least room");
    let tried: Vec<_> =
        crate::rules::found(SHOP).into_iter().filter(|one| one.message.contains("`DelaySeconds`")).collect();
    assert_eq!(tried.len(), 1, "{tried:#?}");

    let mended = mend(&world, &system, &Options::default()).unwrap();
    assert!(!mended.checked.has_errors(), "{:#?}", mended.checked.diagnostics);
    let text = &mended.texts[&file];
    // shop-production- and -all-uploads-123456789012 leave so much of 63.
    assert!(text.contains("param team: text(1..22) matching /[a-z0-9]+/"), "{text}");
    assert!(text.contains("param tries: int(0..900)"), "{text}");
    assert_eq!(text.lines().skip(3).collect::<Vec<_>>(), SHOP.lines().skip(3).collect::<Vec<_>>());
}

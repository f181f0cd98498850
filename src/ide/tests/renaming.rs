//! New names.

use super::System;

const HEAD: &str = "system shop
environment test { account = \"111122223333\", region = \"eu-west-1\" }
naming { default = \"{system}-{id}\" }
";

fn rename(rest: &str, new: &str) -> Result<String, String> {
    let text = format!("{HEAD}{rest}");
    let renamed = System::of(&[("/shop/main.infra", &text)]).rename(new)?;
    Ok(renamed.strip_prefix(HEAD).unwrap_or(&renamed).to_owned())
}

#[test]
fn every_use_gets_the_new_name() {
    let renamed = rename("let pa‸rt = \"x\"\nstack A { q = AWS::SQS::Queue { QueueName = \"{part}-q\" } }\n", "piece");
    let right = "let piece = \"x\"\nstack A { q = AWS::SQS::Queue { QueueName = \"{piece}-q\" } }\n";
    assert_eq!(renamed.as_deref(), Ok(right));
}

#[test]
fn a_shorthand_entry_is_written_out() {
    let renamed = rename("let ver‸sioned = true\nstack A { b = Bucket { versioned } }\n", "kept");
    assert_eq!(renamed.as_deref(), Ok("let kept = true\nstack A { b = Bucket { versioned = kept } }\n"));
    let component = "component C { param vp‸c: text\n  main q = AWS::SQS::Queue { QueueName = vpc } }\n";
    let renamed = rename(&format!("{component}let vpc = \"x\"\nstack A {{ c = C {{ vpc }} }}\n"), "net").unwrap();
    assert!(renamed.contains("param net: text") && renamed.contains("C { net = vpc }"), "{renamed}");
}

#[test]
fn what_is_deployed_keeps_its_id() {
    let renamed = rename("stack A {\n  ord‸ers = AWS::SQS::Queue {}\n  output o = orders.arn\n}\n", "purchases");
    let right = "stack A {\n  @was(orders)\n  purchases = AWS::SQS::Queue {}\n  output o = purchases.arn\n}\n";
    assert_eq!(renamed.as_deref(), Ok(right));
    // What says already what it was keeps that.
    let renamed = rename("stack A {\n  @was(old)\n  ord‸ers = AWS::SQS::Queue {}\n}\n", "purchases");
    assert_eq!(renamed.as_deref(), Ok("stack A {\n  @was(old)\n  purchases = AWS::SQS::Queue {}\n}\n"));
}

#[test]
fn a_stack_keeps_its_name_and_says_it_once() {
    let rest =
        "stack ‸A { q = AWS::SQS::Queue {} }\nstack A { t = AWS::SNS::Topic {} }\nstack B { output o = A.q.arn }\n";
    let renamed = rename(rest, "Orders").unwrap();
    let right = "@was(A)\nstack Orders { q = AWS::SQS::Queue {} }\nstack Orders { t = AWS::SNS::Topic {} }\nstack B { output o = Orders.q.arn }\n";
    assert_eq!(renamed, right);
}

#[test]
fn what_would_mean_something_else_is_refused() {
    let refused = rename("let a‸ = 1\nlet b = 2\nlet c = a + b\n", "b").unwrap_err();
    assert!(refused.contains("`b`"), "{refused}");
    // It would be hidden by the loop's name.
    let refused = rename("let a‸ = 1\nlet c = [for x in [1]: x + a]\n", "x").unwrap_err();
    assert_eq!(refused, "`x` already means something else where it would stand");
    assert!(rename("let a‸ = 1\n", "for").unwrap_err().contains("meaning of its own"));
    assert!(rename("let a‸ = 1\n", "1a").unwrap_err().contains("is no name"));
    assert!(rename("stack A { b = Buc‸ket {} }\n", "Pail").unwrap_err().contains("belongs to the standard library"));
    assert!(rename("stack A { q = AWS::SQS::Qu‸eue {} }\n", "Row").unwrap_err().contains("not declared in a source"));
    assert!(rename("let a = 1 ‸+ 1\n", "b").unwrap_err().contains("no name"));
}

#[test]
fn environments_may_have_hyphens() {
    let renamed = rename("let a = per env { test = 1 }\ntest \"t\" in te‸st { assert a == 1 }\n", "pre-live");
    // What names the resources of an environment depends on its name in some systems; in this one it does not.
    assert!(renamed.is_ok_and(|text| text.contains("in pre-live {")));
}

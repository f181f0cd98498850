//! One rule of the layout after the other.

use super::{becomes, formatted};

#[test]
fn blanks_and_line_ends_are_as_the_layout_wants_them() {
    becomes(
        "system   shop


           param owner:text(1..50)matching/[a-z]+/=\"a\"
           environment test{account=\"111122223333\",region=\"eu-west-1\"}
           ",
        "system shop

           param owner: text(1..50) matching /[a-z]+/ = \"a\"
           environment test { account = \"111122223333\", region = \"eu-west-1\" }",
    );
}

#[test]
fn signs_of_neighbouring_entries_stand_below_each_other() {
    becomes(
        "stack A {
           a = T {
             x = 1
             // A comment leaves them neighbours.
             longer = 2
             tall = {
               y = 1
             }
             z = 3

             after_an_empty_line = 4
           }
           one = T {}
           another = T {}
           tall = T {
             x = 1
           }
         }",
        "stack A {
           a = T {
             x      = 1
             // A comment leaves them neighbours.
             longer = 2
             tall   = {
               y = 1
             }
             z = 3

             after_an_empty_line = 4
           }
           one     = T {}
           another = T {}
           tall    = T {
             x = 1
           }
         }",
    );
}

#[test]
fn whoever_breaks_behind_a_bracket_wants_lines_and_keeps_what_shares_them() {
    becomes(
        "stack A {
           a = T {
             x = 1, y = 2
             z = [
               1, 2,
               3
             ] }
           b = T { x = 1, y = [1, 2,], }
         }",
        "stack A {
           a = T {
             x = 1, y = 2
             z = [
               1, 2,
               3,
             ]
           }
           b = T { x = 1, y = [1, 2] }
         }",
    );
}

#[test]
fn what_does_not_fit_breaks_from_the_outside_in() {
    becomes(
        "stack A {
           pipeline = Pipeline { stages = [{ name = \"Source\", from = github, repository = \"somebody/something\", branch = \"main\" }], kept = 30d }
           alarm = Alarm { when = sum(api.metric(\"IntegrationError\") + api.metric(\"ExecutionError\"), 5min) > 10 and region == \"eu-west-1\" }
         }",
        "stack A {
           pipeline = Pipeline {
             stages = [{ name = \"Source\", from = github, repository = \"somebody/something\", branch = \"main\" }]
             kept   = 30d
           }
           alarm = Alarm {
             when = sum(api.metric(\"IntegrationError\") + api.metric(\"ExecutionError\"), 5min) > 10 and region == \"eu-west-1\"
           }
         }",
    );
}

#[test]
fn clauses_break_before_their_words_and_verbs_where_they_must() {
    becomes(
        "grant service(\"cloudfront.amazonaws.com\") read on Storage.exports under \"exports/*\" when aws:SourceAccount == account in both policies
         grant worker ses:SendEmail, ses:SendTemplatedEmail, ses:SendRawEmail, ses:SendBulkEmail, ses:SendBulkTemplatedEmail on sender
         stack Storage \"A title that takes some room on its line, as titles do\" in \"us-east-1\" if features.storage after Network, Security {
           a = T {}
         }",
        "grant service(\"cloudfront.amazonaws.com\") read on Storage.exports under \"exports/*\"
           when aws:SourceAccount == account in both policies
         grant worker ses:SendEmail, ses:SendTemplatedEmail, ses:SendRawEmail, ses:SendBulkEmail, ses:SendBulkTemplatedEmail
           on sender
         stack Storage \"A title that takes some room on its line, as titles do\" in \"us-east-1\" if features.storage after Network,
             Security {
           a = T {}
         }",
    );
}

#[test]
fn choices_and_operators_break_before_their_words() {
    becomes(
        "let a = if environment_is_production then \"a long value for production environments\" else \"another long value for the others\"
         let b = if wanted then { a = 1, b = \"so much that it does not fit on one line with what stands before it\", c = 3 } else {}
         let c = first_value_with_a_long_name + second_value_with_a_long_name + third_value_with_a_long_name + fourth_value_with_a_name",
        "let a = if environment_is_production
           then \"a long value for production environments\"
           else \"another long value for the others\"
         let b = if wanted then {
           a = 1
           b = \"so much that it does not fit on one line with what stands before it\"
           c = 3
         } else {}
         let c = first_value_with_a_long_name
           + second_value_with_a_long_name
           + third_value_with_a_long_name
           + fourth_value_with_a_name",
    );
}

#[test]
fn comments_stay_with_what_they_are_about() {
    becomes(
        "// Of the file.
         system shop   // Behind.


         // Before.
         stack A {     // Behind the bracket.

           /// Documentation.

           @retain   // Of the mark.
           a = T {
             x = 1,    // Of x.
             y = [     // Of the list.
               1,      // Of one.
               // Of two.
               2 ]
           }
           // At the end.
         }
         // Of nothing.",
        "// Of the file.
         system shop // Behind.

         // Before.
         stack A { // Behind the bracket.
           /// Documentation.
           @retain // Of the mark.
           a = T {
             x = 1 // Of x.
             y = [ // Of the list.
               1, // Of one.
               // Of two.
               2,
             ]
           }
           // At the end.
         }
         // Of nothing.",
    );
}

#[test]
fn comments_within_a_value_are_kept() {
    for source in [
        "let a = // why\n  1\n",
        "let a = 1 + // why\n  2\n",
        "let a = [1, // one\n  2]\n",
        "let a = f( // all\n  1)\n",
        "let a = (\n  // why\n  1 + 2)\n",
        "grant a\n  // why\n  read on b\n",
        "let a = // a\n  // b\n  \"\"\"\n  text\n  \"\"\"\n",
        "x = if a // a\n then 1 // b\n else 2 // c\n",
        "param a: // type\n  text // limit\n  (1..2) // default\n  = \"x\"\n",
    ] {
        let text = formatted(source);
        assert_eq!(text.matches("//").count(), source.matches("//").count(), "{source}{text}");
    }
}

#[test]
fn a_comment_stays_behind_the_member_of_a_type() {
    becomes(
        "type Method = \"GET\" // Reads.
         | \"PUT\" | \"POST\" // Writes.
         | \"DELETE\"
         let a = 1",
        "type Method
           = \"GET\" // Reads.
               | \"PUT\"
               | \"POST\" // Writes.
               | \"DELETE\"
         let a = 1",
    );
}

#[test]
fn texts_of_several_lines_move_with_their_statement() {
    becomes(
        "stack A {
           a = T {
             script = \"\"\"
         #!/bin/sh
           echo {  name  }

         \"\"\"
             raw = '''
                 {{as it is}}
                 '''
           }
         }",
        "stack A {
           a = T {
             script = \"\"\"
               #!/bin/sh
                 echo {name}

               \"\"\"
             raw = '''
               {{as it is}}
               '''
           }
         }",
    );
}

#[test]
fn every_kind_of_statement_has_its_form() {
    becomes(
        "use A,B from \"../shared\"
         use policy wa.security
         type Sizes={min:int(0..),max:int(1..)?}
         fn f(a:int,b:[text]=[\"x\"])->{text:text}={for k,v in m if k!=\"a\":\"{k}\"=v}
         require tag Owner matching/.+/
         lints{unused_let=warning}
         external Net \"network\" from \"../network\" after A before B{vpc:AWS::EC2::VPC from export \"x\",deployed_by=\"us\"}
         step approve-it \"say yes\" after A{run=\"make\"}
         ensure \"x\"{a<=b<c,not(d or e)}
         forbid path internet->Data.db on tcp 1..3,icmp through X
         forbid grant everyone s3:* on Data.db
         policy P{rule r \"what\" warning{every b in all(AWS::S3::Bucket):b.x==1}}
         test \"t\" in a,b with{x=1}fails code
         test \"t\"{assert a connects to b on tcp 1,assert only x can s3:GetObject on y}
         claim \"c\"{rto=1h}
         component C{
         access read{s3:GetObject on \"{arn}/{under}\"when aws:SourceVpc==\"x\",if a!=none{kms:Decrypt on k}else{kms:Encrypt on k}}
         principal role
         endpoint g on tcp port
         main x=T{a,b=-1}with{inner{override X=1 because \"y\",deeper{z=2}}}
         }
         access on AWS::S3::Bucket{read{s3:GetObject on arn},policy AWS::S3::BucketPolicy{Bucket=it}}
         match x{\"a\",\"b\"{y=T{}}else{}}
         if a{x=T{}}else if b{}else{y=T{}}
         for k,v in m{y[k]=T{}}
         let s=per env{prod=1,else=2}",
        "use A, B from \"../shared\"
         use policy wa.security
         type Sizes = {min: int(0..), max: int(1..)?}
         fn f(a: int, b: [text] = [\"x\"]) -> {text: text} = {for k, v in m if k != \"a\": \"{k}\" = v}
         require tag Owner matching /.+/
         lints { unused_let = warning }
         external Net \"network\" from \"../network\" after A before B { vpc: AWS::EC2::VPC from export \"x\", deployed_by = \"us\" }
         step approve-it \"say yes\" after A { run = \"make\" }
         ensure \"x\" { a <= b < c, not (d or e) }
         forbid path internet -> Data.db on tcp 1..3, icmp through X
         forbid grant everyone s3:* on Data.db
         policy P { rule r \"what\" warning { every b in all(AWS::S3::Bucket): b.x == 1 } }
         test \"t\" in a, b with { x = 1 } fails code
         test \"t\" { assert a connects to b on tcp 1, assert only x can s3:GetObject on y }
         claim \"c\" { rto = 1h }
         component C {
           access read {
             s3:GetObject on \"{arn}/{under}\" when aws:SourceVpc == \"x\"
             if a != none { kms:Decrypt on k } else { kms:Encrypt on k }
           }
           principal role
           endpoint g on tcp port
           main x = T { a, b = -1 } with { inner { override X = 1 because \"y\", deeper { z = 2 } } }
         }
         access on AWS::S3::Bucket { read { s3:GetObject on arn }, policy AWS::S3::BucketPolicy { Bucket = it } }
         match x {
           \"a\", \"b\" { y = T {} }
           else {}
         }
         if a { x = T {} } else if b {} else { y = T {} }
         for k, v in m { y[k] = T {} }
         let s = per env { prod = 1, else = 2 }",
    );
}

#[test]
fn a_part_that_cannot_be_read_stays_and_the_rest_is_formatted() {
    becomes(
        "stack A {
             a=T{x=1}
             b=T{x=  =2,y=3}
             grant   a  red
             c=T{y=1}
         }
         let  z=3;",
        "stack A {
           a = T { x = 1 }
           b = T { x=  =2, y = 3 }
           grant   a  red
           c = T { y = 1 }
         }
         let z = 3;",
    );
}

#[test]
fn a_declaration_whose_bracket_is_lost_stays_and_the_others_are_formatted() {
    becomes(
        "let  a=1
         stack A {
             a=T{x=1
             b=T{}
         }
         let  z=3",
        "let a = 1
         stack A {
             a=T{x=1
             b=T{}
         }
         let z = 3",
    );
}

#[test]
fn line_ends_of_windows_and_a_mark_at_the_beginning_go() {
    assert_eq!(
        formatted("\u{feff}// a\r\nlet x = \"\"\"\r\n  a\r\n  \"\"\"\r\n"),
        "// a\nlet x = \"\"\"\n  a\n  \"\"\"\n"
    );
}

#[test]
fn nothing_stays_nothing() {
    for (source, canonical) in [("", ""), ("\n\n", ""), ("// a", "// a\n"), ("\n\n// a\n\n\n", "// a\n")] {
        assert_eq!(formatted(source), canonical, "{source:?}");
    }
}

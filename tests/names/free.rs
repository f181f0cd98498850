//! Whether two things can have one name: in one deployment, or in two that differ in what the names of their stacks show.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::rules::{PARAMS, Params, Piece, Values, agreeing, each, found, named, params, values_in, written};

/// Queues and their ids, of which one can be the beginning of another one.
const QUEUES: [(&str, &str); 3] = [("a", "a"), ("a_b", "a-b"), ("b", "b")];
const STACK: &str = "web";

/// One deployment.
#[derive(Debug, Clone, PartialEq)]
struct Deployment {
    env: &'static str,
    values: Values,
}

#[derive(Debug, Clone)]
struct System {
    params: Params,
    environments: &'static [&'static str],
    /// How stacks are called, and so what tells deployments apart.
    stack: Vec<Piece>,
    queue: Vec<Piece>,
}

/// Pieces with a sign between some of them.
fn pieces(pieces: Vec<Piece>) -> BoxedStrategy<Vec<Piece>> {
    let signs = prop::collection::vec(prop::sample::select(vec!["-", "-", "-", "a", "a-", "-b", ""]), pieces.len() + 1);
    (Just(pieces).prop_shuffle(), signs)
        .prop_map(|(pieces, signs)| {
            let signed = pieces.into_iter().zip(signs).flat_map(|(piece, sign)| [piece, Piece::Text(sign)]);
            signed.filter(|piece| *piece != Piece::Text("")).collect()
        })
        .boxed()
}

fn system() -> impl Strategy<Value = System> {
    let environments = prop::sample::select(vec![&["a"][..], &["a", "b"][..], &["a", "a-b"][..]]);
    let shown = (any::<[bool; 2]>(), prop::collection::vec(0..12_u8, 4));
    (params(), environments, shown).prop_flat_map(|(params, environments, (tells, odd))| {
        let several = environments.len() > 1;
        let telling = (0..PARAMS.len()).filter(|param| tells[*param]).map(Piece::Param);
        let mut stack: Vec<Piece> = telling.collect();
        let mut queue = stack.clone();
        if several {
            stack.push(Piece::Env);
        }
        // Most queues show what they have to; of the others one thing is missing, or is there twice.
        if several && odd[0] != 0 {
            queue.push(Piece::Env);
        }
        if odd[1] == 0 {
            queue.pop();
        }
        if odd[2] == 0 {
            queue.extend(queue.first().cloned());
        }
        if odd[3] < 4 {
            queue.push(Piece::Param(usize::from(odd[3] % 2)));
        }
        queue.push(Piece::Id);
        stack.push(Piece::Id);
        (pieces(stack), pieces(queue)).prop_map(move |(stack, queue)| System { params, environments, stack, queue })
    })
}

impl System {
    fn program(&self) -> String {
        let environments = self
            .environments
            .iter()
            .map(|name| format!("environment {name} {{ account = \"111122223333\", region = \"eu-west-2\" }}\n"));
        let queues = QUEUES.iter().map(|(name, _)| format!("  {name} = AWS::SQS::Queue {{}}\n"));
        format!(
            "system shop\n{}{}naming {{ stack = {}, AWS::SQS::Queue = {} }}\nstack Web {{\n{}}}\n",
            self.params.written(),
            environments.collect::<String>(),
            written(&self.stack, "stack"),
            written(&self.queue, "id"),
            queues.collect::<String>(),
        )
    }

    fn deployments(&self) -> Vec<Deployment> {
        let values = self.params.all();
        let each = |env: &'static str| values.iter().map(move |values| Deployment { env, values: *values });
        self.environments.iter().flat_map(|env| each(env)).collect()
    }

    /// Whether these are two deployments, and not the same one twice.
    fn differ(&self, one: &Deployment, other: &Deployment) -> bool {
        let tells = |param: usize| self.stack.contains(&Piece::Param(param));
        one.env != other.env || (0..PARAMS.len()).any(|param| tells(param) && one.values[param] != other.values[param])
    }

    /// What something is called in a deployment.
    fn name(&self, what: &str, of: &Deployment) -> String {
        match QUEUES.iter().find(|(name, _)| what == format!("Web.{name}")) {
            Some((_, id)) => named(&self.queue, &of.values, of.env, id),
            None => named(&self.stack, &of.values, of.env, STACK),
        }
    }

    fn things() -> Vec<String> {
        let queues = QUEUES.iter().map(|(name, _)| format!("Web.{name}"));
        queues.chain([String::from("Web")]).collect()
    }

    /// The pairs that can have one name, by trying all values.
    fn meetings(&self) -> BTreeSet<(String, String)> {
        let deployments = self.deployments();
        let mut made: BTreeMap<(bool, String), Vec<(String, &Deployment)>> = BTreeMap::new();
        for thing in System::things() {
            for deployment in &deployments {
                let key = (thing.contains('.'), self.name(&thing, deployment));
                made.entry(key).or_default().push((thing.clone(), deployment));
            }
        }
        let mut meetings = BTreeSet::new();
        for same in made.values() {
            for (one, first) in same {
                for (other, second) in same {
                    // In one deployment a param has one value, also one that tells nothing.
                    let at_once = first == second && one != other;
                    if at_once || self.differ(first, second) {
                        meetings.insert((one.clone(), other.clone()));
                    }
                }
            }
        }
        meetings
    }
}

/// Names in backticks that are things of the system, in order.
fn things_in(message: &str) -> Vec<String> {
    let things = System::things();
    message
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| things.iter().any(|one| one == word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn two_names_can_be_equal_exactly_where_trying_all_values_makes_them_so() {
    let (mut free, mut meet, mut open, mut replayed) = (0_u32, 0_u32, 0_u32, 0_u32);
    each(40, system(), |system| {
        let program = system.program();
        let told = found(&program);
        let of = |codes: &[&str]| told.iter().filter(|one| codes.contains(&one.code.name())).collect::<Vec<_>>();
        let (clashes, undecided) = (of(&["name_can_clash", "name_clash"]), of(&["name_not_proved"]));
        let meetings = system.meetings();
        let said = || told.iter().map(|one| one.message.as_str()).collect::<Vec<_>>();
        // A param that stands twice in what tells names and deployments apart may leave it open, with the reason; nothing else may.
        let pieces = || system.queue.iter().chain(&system.stack);
        let twice = (0..PARAMS.len()).any(|param| pieces().filter(|piece| **piece == Piece::Param(param)).count() > 1);
        if !undecided.is_empty() {
            open += 1;
            if !twice {
                return Err(format!("it is not decided: {:?} of\n{program}", said()));
            }
        } else if clashes.is_empty() != meetings.is_empty() {
            return Err(format!("they can meet: {meetings:?}; infrac says {:?} of\n{program}", said()));
        }
        if meetings.is_empty() {
            free += 1
        } else {
            meet += 1
        }
        for one in clashes {
            let things = things_in(&one.message);
            let pair = match things.as_slice() {
                [one] => (one.clone(), one.clone()),
                [one, other] => (one.clone(), other.clone()),
                other => return Err(format!("{other:?} in {}", one.message)),
            };
            if !meetings.contains(&pair) {
                return Err(format!("{pair:?} never meet, and infrac says {:?} of\n{program}", said()));
            }
            replayed += u32::from(replay(&system, one, &pair)?);
        }
        Ok(())
    });
    println!(
        "{free} systems are free, {meet} are not, {open} are not decided; {replayed} pairs of deployments replayed"
    );
    assert!(free > 0 && meet > 0 && replayed > 0 && open * 8 < free + meet);
}

/// Fills the values that are shown into the rules: the two names have to be the one that is shown. Whether there was anything to fill.
fn replay(system: &System, told: &infrac::diag::Diagnostic, (one, other): &(String, String)) -> Result<bool, String> {
    let Some(name) = told.message.rsplit_once("the same name, `").map(|(_, name)| name.trim_end_matches('`')) else {
        return Ok(false);
    };
    // Two labels, or one with both deployments in it.
    let texts: Vec<&str> = told.labels.iter().map(|label| label.text.as_str()).collect();
    let (first, second) = match texts.iter().find_map(|text| text.split_once("; and ")) {
        Some(both) => both,
        None => (texts[1], texts[0]),
    };
    let env = |words: &str| {
        let named = words.strip_prefix("in `").and_then(|rest| rest.split('`').next());
        system.environments.iter().copied().filter(|env| named.is_none_or(|named| named == *env)).collect::<Vec<_>>()
    };
    let mut replayed = false;
    for env in env(first) {
        for values in agreeing(system.params, &values_in(first)) {
            let made = system.name(one, &Deployment { env, values });
            replayed |= made == name;
        }
    }
    let mut again = false;
    for env in env(second) {
        for values in agreeing(system.params, &values_in(second)) {
            again |= system.name(other, &Deployment { env, values }) == name;
        }
    }
    if replayed && again {
        Ok(true)
    } else {
        Err(format!("`{name}` is not made by these values: {told:#?}\n{}", system.program()))
    }
}

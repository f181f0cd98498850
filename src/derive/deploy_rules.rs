//! Rules of templates: what the values of deployed params must satisfy.

use crate::derive::build::Build;
use crate::derive::refs::Place;
use crate::derive::template::Tree;
use crate::derive::text::pascal;
use crate::eval::origin::Origin;

impl Build<'_> {
    /// Every rule, in each template that takes one of its params.
    pub fn deploy_rules(&mut self) {
        let model = self.model;
        for stack in model.stack_ids() {
            let mut rules: Vec<(String, Tree)> = Vec::new();
            for rule in &model.deploy_rules {
                let ids: Vec<String> = rule.params.iter().map(|name| pascal(name.as_str())).collect();
                if !ids.iter().any(|id| self.templates[stack.index()].parameters.contains_key(id)) {
                    continue;
                }
                self.within = rule.origin;
                let condition = self.node(&rule.condition, Place { stack, policy: false });
                let assertion =
                    Tree::map([("Assert", condition), ("AssertDescription", Tree::text(rule.text.clone()))]);
                let body = Tree::map([("Assertions", Tree::list([assertion]))]).because(rule.origin);
                rules.push((format!("{}{}", ids.concat(), rules.len() + 1), body));
            }
            if !rules.is_empty() {
                self.template(stack).rules = Some(Tree::map(rules));
            }
        }
        self.within = Origin::INHERITED;
    }
}

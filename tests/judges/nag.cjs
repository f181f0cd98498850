// Asks cdk-nag's AwsSolutions pack about templates: nag.cjs TEMPLATE... Writes a JSON list of what it finds to standard output.
// What a template's metadata suppresses is listed too, marked as such; so is a rule that could not be decided.
'use strict';
const { App, Aspects, Stack } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks } = require('cdk-nag');

const told = [];
for (const template of process.argv.slice(2)) {
  const tell = (state, data) =>
    told.push({ template, state, resource: data.resource.node.id, rule: data.ruleId, finding: data.findingId ?? '' });
  const logger = {
    onCompliance() {},
    onNotApplicable() {},
    onNonCompliance: (data) => tell('found', data),
    onSuppressed: (data) => tell('suppressed', data),
    onError: (data) => tell('undecided', data),
    onSuppressedError: (data) => tell('suppressed', data),
  };
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  new CfnInclude(stack, 'Template', { templateFile: template });
  Aspects.of(app).add(new AwsSolutionsChecks({ reports: false, additionalLoggers: [logger] }));
  app.synth();
}
process.stdout.write(JSON.stringify(told));

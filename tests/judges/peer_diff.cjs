// Asks @aws-cdk/cloudformation-diff about pairs of templates. Reads a list of [old file, new file] from standard input,
// writes a list of {logical id: impact} to standard output. Where it fails on a resource, that one has no impact.
const fs = require("fs");
const path = require("path");
const peer = require(path.join(process.env.INFRAC_NODE_TOOLS, "node_modules/@aws-cdk/cloudformation-diff"));

const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

function impacts(before, after) {
  const found = {};
  peer.fullDiff(before, after).resources.forEachDifference((id, change) => {
    found[id] = change.changeImpact;
  });
  return found;
}

// It judges a template as a whole; if that fails, resource by resource.
function oneByOne(before, after) {
  const found = {};
  for (const id of Object.keys(after.Resources)) {
    const alone = (template) => ({ Resources: { [id]: template.Resources[id] } });
    try {
      Object.assign(found, impacts(alone(before), alone(after)));
    } catch {
      found[id] = "FAILED";
    }
  }
  return found;
}

const answers = JSON.parse(fs.readFileSync(0, "utf8")).map((pair) => {
  const [before, after] = pair.map(read);
  try {
    return impacts(before, after);
  } catch {
    return oneByOne(before, after);
  }
});
process.stdout.write(JSON.stringify(answers));

yes=no
destroying=no
only=''
found=no
replacing=no
shared=''
given=()

usage() {
  cat <<'END'
Deploys the stacks beside this script in the order of plan.json. Needs bash and the AWS CLI; run it again after a failure: what is done already
is found unchanged.

  ./deploy.sh                       deploy
  ./deploy.sh --destroy             delete the stacks again, last one first
  ./deploy.sh --yes                 ask nothing; manual steps count as done
  ./deploy.sh --step ID             only this step of plan.json: whoever calls keeps to the order
  ./deploy.sh --replace-protected   let updates replace or delete what stack policies protect
  ./deploy.sh --parameter NAME=VALUE
                                    a template parameter; also from the environment as INFRAC_PARAMETER_<NAME>

INFRAC_S3_BUCKET names a bucket of yours for code and files, and for templates of more than 51,200 bytes. AWS takes them from
a bucket of the stack's own region: a {region} in the name stands for it.
END
}

say() { printf '    %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Begins a step, if it is one of those to be taken.
step() {
  if [ -n "$only" ] && [ "$only" != "$3" ]; then return 1; fi
  found=yes
  printf '[%s/%s] %s\n' "$1" "$2" "$3"
}

# Asks until the answer is the given word; without a terminal there is nobody to ask.
ask() {
  local question=$1 wanted=$2 answer
  if [ "$yes" = yes ]; then return 0; fi
  if [ ! -t 0 ]; then fail "$question There is no terminal to ask at; --yes answers everything."; fi
  while true; do
    printf '    %s Type "%s" to go on: ' "$question" "$wanted"
    read -r answer || fail 'no answer'
    if [ "$answer" = "$wanted" ]; then return 0; fi
  done
}

manual() {
  say "$1"
  ask 'Is it done?' yes
}

cfn() { aws cloudformation --region "$region" "$@"; }

# A text as JSON.
json() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\r'/\\r}
  text=${text//$'\t'/\\t}
  printf '"%s"' "$text"
}

# Sets `status` to a stack's status, or to nothing if there is no such stack. Any other trouble ends the script.
look() {
  local answer
  if answer=$(cfn describe-stacks --stack-name "$name" --query 'Stacks[0].StackStatus' --output text 2>&1); then
    status=$answer
  else
    case $answer in
      *'does not exist'*) status='' ;;
      *) fail "$answer" ;;
    esac
  fi
}

# An operation that an earlier run began is waited for.
settle() {
  look
  case $status in
    REVIEW_IN_PROGRESS) ;;
    CREATE_IN_PROGRESS) cfn wait stack-create-complete --stack-name "$name" || true ;;
    UPDATE_ROLLBACK_*IN_PROGRESS) cfn wait stack-rollback-complete --stack-name "$name" || true ;;
    UPDATE_*IN_PROGRESS) cfn wait stack-update-complete --stack-name "$name" || true ;;
    ROLLBACK_IN_PROGRESS) cfn wait stack-rollback-complete --stack-name "$name" || true ;;
    DELETE_IN_PROGRESS) cfn wait stack-delete-complete --stack-name "$name" ;;
    *) return 0 ;;
  esac
  look
}

remove() {
  cfn delete-stack --stack-name "$name"
  if ! cfn wait stack-delete-complete --stack-name "$name"; then
    failures
    fail "$name could not be deleted"
  fi
}

# The events of the last operation that failed.
failures() {
  cfn describe-stack-events --stack-name "$name" --output text --max-items 20 \
    --query "StackEvents[?contains(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatus,ResourceStatusReason]" >&2 || true
}

stack() {
  name=$1 region=$2 file=$3 bytes=$4 hash=$5
  capabilities=() parameters='' stack_tags='[]' protect=no stack_policy='' later_hashes=()
}

# Phases are of one piece: a step without those before it could be refused, or lose data.
no_single_steps() {
  if [ -n "$only" ]; then fail 'an update in phases has no single steps'; fi
}

phase() { printf '\nphase %s of %s: %s\n' "$1" "$2" "$3"; }

# The templates that the stack gets in later phases: one that has such a template is past this phase.
later() { later_hashes=("$@"); }

protected() { protect=yes; }

# What no update replaces or deletes.
policy() { stack_policy=$1; }

# Whether an earlier run went further with this stack. A stack remembers the change set that made it what it is.
is_past() {
  local deployed hash
  if [ ${#later_hashes[@]} -eq 0 ]; then return 1; fi
  deployed=$(cfn describe-stacks --stack-name "$name" --query 'Stacks[0].ChangeSetId' --output text)
  for hash in "${later_hashes[@]}"; do
    case $deployed in *":changeSet/infrac-${hash:0:16}/"*) return 0 ;; esac
  done
  return 1
}

capability() { capabilities+=("$1"); }

tags() { stack_tags=$1; }

parameter() { parameters="$parameters${parameters:+,}{\"ParameterKey\":\"$1\",\"ParameterValue\":$(json "$2")}"; }

parameter_from_output() {
  local value
  value=$(aws cloudformation --region "$3" describe-stacks --stack-name "$2" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$4'].OutputValue | [0]")
  if [ -z "$value" ] || [ "$value" = None ]; then fail "stack $2 has no output $4, which $name needs as $1"; fi
  parameter "$1" "$value"
}

# From the command line, the environment, what is deployed, the template's default, or whoever sits at the terminal.
parameter_from_deployer() {
  local item variable="INFRAC_PARAMETER_$1" value
  for item in ${given[@]+"${given[@]}"}; do
    if [ "${item%%=*}" = "$1" ]; then
      parameter "$1" "${item#*=}"
      return 0
    fi
  done
  if [ -n "${!variable+set}" ]; then
    parameter "$1" "${!variable}"
    return 0
  fi
  look
  if [ -n "$status" ] && [ "$status" != REVIEW_IN_PROGRESS ]; then
    value=$(cfn describe-stacks --stack-name "$name" --output text \
      --query "Stacks[0].Parameters[?ParameterKey=='$1'].ParameterKey | [0]")
    if [ "$value" = "$1" ]; then
      parameters="$parameters${parameters:+,}{\"ParameterKey\":\"$1\",\"UsePreviousValue\":true}"
      return 0
    fi
  fi
  if [ "$2" = yes ]; then return 0; fi
  if [ ! -t 0 ]; then fail "$name needs a value for $1: --parameter $1=VALUE or $variable"; fi
  printf '    %s of %s: ' "$1" "$name"
  if [ "$3" = yes ]; then read -rs value; else read -r value; fi
  printf '\n'
  parameter "$1" "$value"
}

deploy() {
  local kind=UPDATE change="infrac-${hash:0:16}" body reason capability_list=()
  settle
  case $status in
    '') kind=CREATE ;;
    REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE)
      # Nothing of it was ever in use: a first change set that was not executed, or a creation that was undone.
      say "$name is $status and is deleted first"
      remove
      kind=CREATE
      ;;
    *_FAILED | *_IN_PROGRESS) fail "$name is $status; that needs a person" ;;
    *)
      if is_past; then
        say "$name is past this phase"
        return 0
      fi
      ;;
  esac
  if [ "$bytes" -le 51200 ]; then
    body=(--template-body "file://$file")
  else
    upload
    body=(--template-url "$url")
  fi
  if [ ${#capabilities[@]} -gt 0 ]; then capability_list=(--capabilities "${capabilities[@]}"); fi
  if [ "$kind" = UPDATE ]; then cfn delete-change-set --stack-name "$name" --change-set-name "$change" >/dev/null; fi
  cfn create-change-set --stack-name "$name" --change-set-name "$change" --change-set-type "$kind" "${body[@]}" \
    --parameters "[$parameters]" --tags "$stack_tags" ${capability_list[@]+"${capability_list[@]}"} >/dev/null
  if ! cfn wait change-set-create-complete --stack-name "$name" --change-set-name "$change" 2>/dev/null; then
    reason=$(cfn describe-change-set --stack-name "$name" --change-set-name "$change" --query StatusReason --output text)
    case $reason in
      "The submitted information didn't contain changes"* | 'No updates are to be performed'*)
        cfn delete-change-set --stack-name "$name" --change-set-name "$change" >/dev/null
        say 'unchanged'
        protect_stack
        return 0
        ;;
      *EarlyValidation*)
        cfn describe-events --stack-name "$name" --change-set-name "$change" --output text >&2 || true
        fail "$name: $reason"
        ;;
      *) fail "$name: $reason" ;;
    esac
  fi
  cfn describe-change-set --stack-name "$name" --change-set-name "$change" --output text \
    --query 'Changes[].ResourceChange.[Action,LogicalResourceId,ResourceType,Replacement]'
  if [ "$confirm" = true ]; then ask "Deploy this to $deployment?" "$deployment"; fi
  if [ "$kind" = UPDATE ] && [ -n "$stack_policy" ] && [ "$replacing" = yes ]; then
    cfn set-stack-policy --stack-name "$name" --stack-policy-body "$open_policy"
  fi
  cfn execute-change-set --stack-name "$name" --change-set-name "$change"
  if [ "$kind" = CREATE ]; then
    cfn wait stack-create-complete --stack-name "$name" || { failures; fail "$name was not created"; }
  else
    cfn wait stack-update-complete --stack-name "$name" || { failures; protect_stack; fail "$name was not updated"; }
  fi
  protect_stack
}

open_policy='{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}'

protect_stack() {
  if [ -n "$stack_policy" ]; then
    cfn set-stack-policy --stack-name "$name" --stack-policy-body "$stack_policy"
  fi
  if [ "$protect" = yes ]; then
    cfn update-termination-protection --stack-name "$name" --enable-termination-protection >/dev/null
  fi
}

unprotect_stack() {
  say "termination protection of $name off"
  cfn update-termination-protection --stack-name "$name" --no-enable-termination-protection >/dev/null
}

bucket_in() {
  local name=${INFRAC_S3_BUCKET:-}
  printf '%s' "${name//\{region\}/$1}"
}

# What follows is uploaded into this region.
assets() {
  region=$1
  asset_bucket=$(bucket_in "$region")
  if [ -z "$asset_bucket" ]; then fail "code and files are uploaded to $region: name a bucket for them in INFRAC_S3_BUCKET"; fi
}

# A file is named by what is in it: what is there already is the same.
asset() {
  if aws s3api head-object --region "$region" --bucket "$asset_bucket" --key "$1" >/dev/null 2>&1; then
    say "$2 is uploaded already"
  else
    say "uploading $2"
    aws s3 cp --region "$region" --only-show-errors "$1" "s3://$asset_bucket/$1"
  fi
}

parameter_from_assets() { parameter "$1" "$(bucket_in "$region")"; }

# Too large to be sent with the request: it goes into a bucket, under its own hash.
upload() {
  local bucket suffix=amazonaws.com
  bucket=$(bucket_in "$region")
  if [ -z "$bucket" ]; then fail "$file has $bytes bytes, more than 51,200: name a bucket for it in INFRAC_S3_BUCKET"; fi
  case $region in cn-*) suffix=amazonaws.com.cn ;; esac
  aws s3 cp --region "$region" --only-show-errors "$file" "s3://$bucket/infrac/$hash.template.json"
  url="https://$bucket.s3.$region.$suffix/infrac/$hash.template.json"
}

# Whether a resource has still to go to a stack.
to_move() {
  name=$1 region=$2 definitions=()
  settle
  if [ -n "$status" ] && [ "$status" != REVIEW_IN_PROGRESS ]; then
    local there
    there=$(physical_id "$3")
    if [ -n "$there" ] && [ "$there" != None ]; then
      say "$3 is in $1 already"
      return 1
    fi
  fi
}

# What a stack has after the refactoring.
definition() {
  file=$2 bytes=$3 hash=$4
  if [ "$bytes" -le 51200 ]; then
    definitions+=("StackName=$1,TemplateBody@=file://$file")
  else
    upload
    definitions+=("StackName=$1,TemplateURL=$url")
  fi
}

# Moves resources between stacks, and does nothing else: CloudFormation refuses whatever would change one.
refactor() {
  local id create=--no-enable-stack-creation
  if [ "$2" = yes ]; then create=--enable-stack-creation; fi
  id=$(cfn create-stack-refactor --stack-definitions "${definitions[@]}" --resource-mappings "$1" "$create" \
    --query StackRefactorId --output text)
  if ! cfn wait stack-refactor-create-complete --stack-refactor-id "$id"; then
    fail "$(cfn describe-stack-refactor --stack-refactor-id "$id" --query StatusReason --output text)"
  fi
  if [ "$confirm" = true ]; then ask "Move this in $deployment: $1?" "$deployment"; fi
  cfn execute-stack-refactor --stack-refactor-id "$id"
  if ! cfn wait stack-refactor-execute-complete --stack-refactor-id "$id"; then
    fail "$(cfn describe-stack-refactor --stack-refactor-id "$id" --query ExecutionStatusReason --output text)"
  fi
}

# One script deploys all that an account and region share.
account_stacks() {
  local arguments=() item
  case $shared in *"[$1]"*)
    say "deployed with the account's other stacks"
    return 0
    ;;
  esac
  shared="${shared}[$1]"
  if [ "$yes" = yes ]; then arguments+=(--yes); fi
  for item in ${given[@]+"${given[@]}"}; do arguments+=(--parameter "$item"); done
  bash "$1" ${arguments[@]+"${arguments[@]}"}
}

exists() {
  name=$1 region=$2
  settle
  if [ -z "$status" ]; then
    say "$name is not there"
    return 1
  fi
}

physical_id() {
  cfn describe-stack-resources --stack-name "$name" --output text \
    --query "StackResources[?LogicalResourceId=='$1' && ResourceStatus!='DELETE_COMPLETE'].PhysicalResourceId | [0]"
}

unprotect() {
  local id
  id=$(physical_id "$1")
  if [ -z "$id" ] || [ "$id" = None ]; then return 0; fi
  shift
  say "deletion protection of $id off"
  aws --region "$region" "$@" "$id" >/dev/null
}

# All objects, and all earlier versions of them.
empty_bucket() {
  local bucket count all='[Versions, DeleteMarkers][?@][]'
  bucket=$(physical_id "$1")
  if [ -z "$bucket" ] || [ "$bucket" = None ]; then return 0; fi
  say "emptying $bucket"
  while true; do
    count=$(versions --query "length($all)" --output text)
    if [ "$count" = 0 ] || [ "$count" = None ]; then return 0; fi
    aws s3api delete-objects --region "$region" --bucket "$bucket" >/dev/null --delete \
      "$(versions --query "{Objects: $all.{Key: Key, VersionId: VersionId}, Quiet: \`true\`}" --output json)"
  done
}

versions() { aws s3api list-object-versions --region "$region" --bucket "$bucket" --no-paginate --max-keys 500 "$@"; }

delete() {
  say "deleting $name"
  remove
}

# Refuses to touch an account that the plan was not made for.
guard() {
  local actual
  actual=$(aws sts get-caller-identity --query Account --output text)
  if [ "$actual" != "$account" ]; then fail "this plan is for account $account, but the credentials are for $actual"; fi
}

main() {
  while [ $# -gt 0 ]; do
    case $1 in
      --yes) yes=yes ;;
      --destroy) destroying=yes ;;
      --replace-protected) replacing=yes ;;
      --step)
        if [ $# -lt 2 ]; then fail "--step takes a step's id"; fi
        only=$2
        shift
        ;;
      --parameter)
        if [ $# -lt 2 ]; then fail '--parameter takes NAME=VALUE'; fi
        given+=("$2")
        shift
        ;;
      --help | -h)
        usage
        return 0
        ;;
      *) fail "unknown argument $1; see --help" ;;
    esac
    shift
  done
  # Templates and the accounts' scripts are named relative to this one.
  cd "$(dirname "${BASH_SOURCE[0]:-.}")"
  guard
  if [ "$destroying" = yes ]; then
    ask "This deletes the stacks of $system in $deployment, data included." "$deployment"
    destroy_all
  else
    deploy_all
    if [ -n "$only" ] && [ "$found" = no ]; then fail "there is no step $only here; plan.json lists them"; fi
  fi
}

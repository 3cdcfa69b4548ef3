//! The texts that Dagster is asked. Never holds a value: those are variables. What stands in `«…»` is left out for servers
//! that do not know it (see `optional`).

/// Code locations with their groups and jobs. `repositoriesOrError` leaves a broken location out without a word; this
/// does not.
pub const WORKSPACE: &str = "query metahostWorkspace{workspaceOrError{__typename \
    ...on Workspace{locationEntries{name loadStatus locationOrLoadError{__typename \
    ...on RepositoryLocation{repositories{name assetGroups{groupName} jobs{name}}} \
    ...on PythonError{message}}}} ...on PythonError{message}}}";

/// Which assets are in a group.
pub const KEYS: &str = "query metahostKeys($group:AssetGroupSelector!){assetNodes(group:$group){assetKey{path}}}";

/// A page of the assets of one group, of what could be a graph of thousands.
pub const ASSETS: &str = "query metahostAssets($group:AssetGroupSelector!,$keys:[AssetKeyInput!]){\
    assetNodes(group:$group,assetKeys:$keys){assetKey{path} description opNames graphName jobNames dependencyKeys{path} \
    «AssetNode.opVersion:opVersion» «AssetNode.computeKind:computeKind» «AssetNode.kinds:kinds» \
    «AssetNode.tags:tags{key value}» \
    «AssetNode.owners:owners{...on UserAssetOwner{email} ...on TeamAssetOwner{team}}» \
    «AssetNode.isExecutable:isExecutable» «AssetNode.isObservable:isObservable» \
    partitionDefinition{description «PartitionDefinition.type:type»} \
    «AssetNode.automationCondition:automationCondition{label «AutomationCondition.expandedLabel:expandedLabel»}» \
    «AssetNode.autoMaterializePolicy:autoMaterializePolicy{policyType}» \
    «AssetNode.freshnessPolicy:freshnessPolicy{maximumLagMinutes cronSchedule cronScheduleTimezone}» \
    «AssetNode.freshnessInfo:freshnessInfo{currentMinutesLate}» \
    «AssetNode.internalFreshnessPolicy:internalFreshnessPolicy{__typename \
    «TimeWindowFreshnessPolicy:...on TimeWindowFreshnessPolicy{failWindowSeconds warnWindowSeconds}» \
    «CronFreshnessPolicy:...on CronFreshnessPolicy{deadlineCron lowerBoundDeltaSeconds timezone}»}» \
    «AssetNode.freshnessStatusInfo:freshnessStatusInfo{freshnessStatus \
    «FreshnessStatusInfo.freshnessStatusMetadata:freshnessStatusMetadata{__typename \
    «AssetHealthFreshnessMeta:...on AssetHealthFreshnessMeta{lastMaterializedTimestamp}»}»}» \
    «AssetNode.storageAddress:storageAddress{tableName}» \
    metadataEntries{...entry} assetMaterializations(limit:1){timestamp metadataEntries{...entry}} \
    «AssetNode.assetObservations:assetObservations(limit:1){timestamp metadataEntries{...entry}}» \
    «AssetNode.assetChecksOrError:assetChecksOrError{__typename \
    ...on AssetChecks{checks{name description «AssetCheck.blocking:blocking»}} \
    ...on AssetCheckNeedsMigrationError{message} \
    «AssetCheckNeedsUserCodeUpgrade:...on AssetCheckNeedsUserCodeUpgrade{message}» \
    «AssetCheckNeedsAgentUpgradeError:...on AssetCheckNeedsAgentUpgradeError{message}»}»}} \
    fragment entry on MetadataEntry{label ...on TextMetadataEntry{text} ...on UrlMetadataEntry{url} \
    ...on IntMetadataEntry{intRepr} ...on TableSchemaMetadataEntry{schema{columns{name type description \
    constraints{nullable unique other} «TableColumn.tags:tags{key value}»}}} \
    «TableColumnLineageMetadataEntry:...on TableColumnLineageMetadataEntry{lineage{columnName \
    columnDeps{assetKey{path} columnName}}}»}";

/// Executions of one check, newest first, as a part of `executions`; `%` is its number.
const EXECUTIONS_OF: &str =
    " e%:assetCheckExecutions(assetKey:$k%,checkName:$n%,limit:$limit,cursor:$c%){...execution}";

/// What is asked of an execution.
const EXECUTION: &str = " fragment execution on AssetCheckExecution{id runId status timestamp \
    «AssetCheckExecution.partition:partition» evaluation{«AssetCheckEvaluation.timestamp:timestamp» severity \
    «AssetCheckEvaluation.description:description» metadataEntries{label ...on TextMetadataEntry{text} \
    ...on UrlMetadataEntry{url} ...on PathMetadataEntry{path} ...on IntMetadataEntry{intRepr} \
    ...on FloatMetadataEntry{floatValue} ...on BoolMetadataEntry{boolValue} ...on MarkdownMetadataEntry{mdStr} \
    ...on JsonMetadataEntry{jsonString} «TimestampMetadataEntry:...on TimestampMetadataEntry{timestamp}»}}}";

/// Executions of several checks at once.
pub fn executions(checks: usize) -> String {
    let each = |text: &str| (0..checks).map(|at| text.replace('%', &at.to_string())).collect::<String>();
    let variables = each(",$k%:AssetKeyInput!,$n%:String!,$c%:String");
    format!("query metahostExecutions($limit:Int!{variables}){{{}}}{EXECUTION}", each(EXECUTIONS_OF))
}

/// One job with its ops.
pub const JOB: &str = "query metahostJob($job:PipelineSelector!){pipelineOrError(params:$job){__typename \
    ...on Pipeline{name description tags{key value} solidHandles{handleID parent{handleID} solid{ \
    inputs{dependsOn{solid{name}}} definition{__typename description}}}} \
    ...on PipelineNotFoundError{message} ...on InvalidSubsetError{message} ...on PythonError{message}}}";

/// Schedules of one repository.
pub const SCHEDULES: &str = "query metahostSchedules($repository:RepositorySelector!){\
    schedulesOrError(repositorySelector:$repository){__typename \
    ...on Schedules{results{cronSchedule executionTimezone pipelineName}} \
    ...on RepositoryNotFoundError{message} ...on PythonError{message}}}";

/// Sensors of one repository.
pub const SENSORS: &str = "query metahostSensors($repository:RepositorySelector!){\
    sensorsOrError(repositorySelector:$repository){__typename \
    ...on Sensors{results{name targets{pipelineName}}} \
    ...on RepositoryNotFoundError{message} ...on PythonError{message}}}";

/// Runs with their steps, newest first; `cursor` is the last run of the page before.
pub const RUNS: &str = "query metahostRuns($limit:Int!,$cursor:String,$filter:RunsFilter){\
    runsOrError(limit:$limit,cursor:$cursor,filter:$filter){__typename \
    ...on Runs{results{runId status jobName «Run.creationTime:creationTime» startTime endTime updateTime tags{key value} \
    repositoryOrigin{repositoryName repositoryLocationName} stepStats{stepKey status startTime endTime}}} \
    ...on InvalidPipelineRunsFilterError{message} ...on PythonError{message}}}";

/// Whether anybody answers.
pub const VERSION: &str = "query metahostVersion{version}";

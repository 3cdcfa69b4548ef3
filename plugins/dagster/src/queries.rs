//! The texts that Dagster is asked. Never holds a value: those are variables.

/// Code locations with their groups and jobs. `repositoriesOrError` leaves a broken location out without a word; this
/// does not.
pub const WORKSPACE: &str = "query metahostWorkspace{workspaceOrError{__typename \
    ...on Workspace{locationEntries{name loadStatus locationOrLoadError{__typename \
    ...on RepositoryLocation{repositories{name assetGroups{groupName} jobs{name}}} \
    ...on PythonError{message}}}} ...on PythonError{message}}}";

/// The assets of one group: one page of what could be a graph of thousands.
pub const ASSETS: &str = "query metahostAssets($group:AssetGroupSelector!){assetNodes(group:$group){assetKey{path} \
    groupName description opNames graphName jobNames computeKind kinds tags{key value} \
    owners{...on UserAssetOwner{email} ...on TeamAssetOwner{team}} isExecutable dependencyKeys{path} \
    partitionDefinition{description} automationCondition{label} \
    metadataEntries{label ...on TextMetadataEntry{text}} \
    assetMaterializations(limit:1){metadataEntries{label ...on TextMetadataEntry{text} \
    ...on TableColumnLineageMetadataEntry{lineage{columnName columnDeps{assetKey{path} columnName}}}}}}}";

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
    ...on Runs{results{runId status jobName startTime endTime updateTime \
    repositoryOrigin{repositoryName repositoryLocationName} stepStats{stepKey status startTime endTime}}} \
    ...on InvalidPipelineRunsFilterError{message} ...on PythonError{message}}}";

/// Whether anybody answers.
pub const VERSION: &str = "query metahostVersion{version}";

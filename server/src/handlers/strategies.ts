/** What each of the plain strategies would cost, for the question by which of them a change is to be carried out. */
import type { StrategyCost } from "../documents/plan-facts.ts";
import { isTravelError, obstacleToMove, planFacts, type PlanFacts } from "../documents/plan-facts.ts";
import { costText } from "../documents/plan-lines.ts";
import { pieceText } from "../documents/line.ts";
import { askPlans } from "../live/ask-plans.ts";
import type { Projects } from "../projects.ts";
import type { ServerRequests, StrategySummary } from "../protocol.ts";
import { runtimeOf } from "./chosen-runtime.ts";
import type { Live } from "./live.ts";

type Params = ServerRequests["instar/strategies"]["params"];

/** None where no runtime can be asked: what is asked for next says why. */
export async function strategies(projects: Projects, live: Live, params: Params): Promise<StrategySummary[]> {
  const found = await runtimeOf(projects, live, params);
  if ("errors" in found) return [];
  const { runtime, project } = found;
  const { module, operation } = params;
  await live.reread(runtime);
  const { processes } = runtime;
  const asked = await askPlans(runtime.connection, module === undefined ? undefined : [module]);
  if (operation === "upgrade") {
    const analyzed = (await project.current()) ?? { root: project.root, modules: [], findings: [] };
    return strategySummaries(planFacts({ ...asked, analyzed, processes, ids: module === undefined ? [] : [module] }));
  }
  // The way back leads to builds that are kept, so that only what the processes hold can be in the way.
  const impossible = obstacleToMove(asked.moving.errors.filter(isTravelError));
  const move = { impossible, losesStates: 0, modules: [] };
  return [
    operation === "rollback" ? rollbackByRestart : summaryOf(restartOf(module, processes.filter((each) => each.module === module).length)),
    summaryOf({ ...move, strategy: "window", stops: processes.length }),
    summaryOf({ ...move, strategy: "blue-green", stops: 0 }),
  ];
}

export function strategySummaries({ strategies: costs }: Pick<PlanFacts, "strategies">): StrategySummary[] {
  return costs.filter(({ strategy }) => strategy !== "hot").map(summaryOf);
}

function summaryOf(cost: StrategyCost): StrategySummary {
  const { strategy, impossible, losesStates } = cost;
  return { strategy, cost: pieceText(costText(cost)), losesStates: losesStates > 0, impossible };
}

function restartOf(module: string | undefined, processes: number): StrategyCost {
  const modules = module === undefined ? [] : [{ module, processes }];
  return { strategy: "restart", impossible: null, losesStates: processes, modules, stops: processes };
}

/** Only the runtime knows which modules the last upgrade changed. */
const rollbackByRestart: StrategySummary = {
  strategy: "restart",
  cost: "all processes of the modules that the last upgrade changed lose their states; they end and are started anew",
  losesStates: true,
  impossible: null,
};

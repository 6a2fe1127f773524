/**
 * News of datasets: `datasetsChanged`. As with runs, a notification carries an id alone, and what
 * it is about is read again as the subscriber. Which rows changed is read from the feed, GET /orgs/:slug/changes.
 */
import { jsonParse } from "postgraphile/@dataplan/json";
import { context, lambda, listen, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Identity } from "../auth/tokens.ts";

type Event = { id: string };

export const ChangeSubscriptionsPlugin = extendSchema((build) => {
  const { datasets } = build.pgResources;
  if (!datasets) throw new Error("the table data.datasets is not part of the API");
  const idOf = ($event: Step) => lambda($event as Step<Event>, (event) => event.id);
  return {
    typeDefs: gql`
      """A dataset whose rows have changed; \`dataset\` is null when you may not see it (any more)."""
      type ChangedDataset {
        datasetId: UUID!
        dataset: Dataset
      }
      extend type Subscription {
        """Sends every dataset of your organization whose rows change; read what changed from its feed."""
        datasetsChanged: ChangedDataset
      }
    `,
    objects: {
      Subscription: {
        plans: {
          datasetsChanged: {
            subscribePlan: () =>
              listen(
                context().get("pgSubscriber"),
                lambda(
                  context().get("identity") as Step<Identity | null>,
                  // Nobody listens to a topic that nobody sends on.
                  (identity) => `changes:${identity?.orgId ?? "none"}`,
                ),
                jsonParse,
              ),
            plan: ($event) => $event,
          },
        },
      },
      ChangedDataset: {
        plans: {
          datasetId: ($event) => idOf($event as unknown as Step),
          dataset: ($event) => datasets.get({ id: idOf($event as unknown as Step) }),
        },
      },
    },
  };
}, "CadastreChangeSubscriptionsPlugin");

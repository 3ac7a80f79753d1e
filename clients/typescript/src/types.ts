import type { paths } from "./schema.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";

type Json<Content> = Content extends { "application/json": infer Body } ? Body : never;
type Operation<Path extends keyof paths, Verb extends Method> = NonNullable<paths[Path][Verb]>;
type ParametersOf<Asked> = Asked extends { parameters: infer All } ? All : never;
type Part<Parts, Name extends string> = Name extends keyof Parts ? NonNullable<Parts[Name]> : never;

/** Paths of the service that know a method. */
export type PathOf<Verb extends Method> = {
  [Path in keyof paths]: [Operation<Path, Verb>] extends [never] ? never : Path;
}[keyof paths];

/** The body that a call takes; `never` where it takes none. */
export type BodyOf<Path extends keyof paths, Verb extends Method> =
  Operation<Path, Verb> extends { requestBody?: infer Body }
    ? NonNullable<Body> extends { content: infer Content }
      ? Json<Content>
      : never
    : never;

/** What a call answers with when all is well. */
export type AnswerOf<Path extends keyof paths, Verb extends Method> =
  Operation<Path, Verb> extends { responses: infer Answers }
    ? Answers extends { 200: { content: infer Content } }
      ? Json<Content>
      : undefined
    : never;

type Optional<Name extends string, Value> = [Value] extends [never] ? { [K in Name]?: never } : { [K in Name]?: Value };
type Required<Name extends string, Value> = [Value] extends [never] ? { [K in Name]?: never } : { [K in Name]: Value };
type BodyPart<Path extends keyof paths, Verb extends Method> =
  Operation<Path, Verb> extends { requestBody: unknown }
    ? Required<"body", BodyOf<Path, Verb>>
    : Optional<"body", BodyOf<Path, Verb>>;

/** What a call needs: values of `{...}` in its path, a query, a body. */
export type Asked<Path extends keyof paths, Verb extends Method> = Required<
  "path",
  Part<ParametersOf<Operation<Path, Verb>>, "path">
> &
  Optional<"query", Part<ParametersOf<Operation<Path, Verb>>, "query">> &
  BodyPart<Path, Verb> & { headers?: Record<string, string>; signal?: AbortSignal };

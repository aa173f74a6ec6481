%% Plays the scenarios of random-supervisors.ts on OTP's supervisor and prints what it did, one line for each scenario.
%% Usage: erl -noshell -run random-supervisors main <file of scenarios>
-module('random-supervisors').
-behaviour(supervisor).
-export([main/1, start_link/2, start_link/3]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

main([File]) ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    [ets:new(T, [named_table, public, ordered_set]) || T <- [log, starts, pids, definition]],
    {ok, Scenarios} = file:consult(File),
    [play(S) || S <- Scenarios],
    halt().

%% The child: `Fails` says which of its starts fail.
start_link(Id, Fails) -> gen_server:start_link(?MODULE, {child, Id, Fails}, []).
start_link(_Version, Id, Fails) -> start_link(Id, Fails).

init({child, Id, Fails}) ->
    process_flag(trap_exit, true),
    N = ets:update_counter(starts, Id, 1, {Id, 0}),
    case lists:member(N, Fails) of
        true -> log({fail, Id}), {stop, nope};
        false -> log({start, Id}), ets:insert(pids, {Id, self()}), {ok, Id}
    end;
init(supervisor) ->
    [{_, {Strategy, Intensity, AutoShutdown, Specs}}] = ets:lookup(definition, current),
    {ok, {#{strategy => Strategy, intensity => Intensity, period => 3600, auto_shutdown => AutoShutdown}, [spec(S) || S <- Specs]}}.

handle_call(_, _, State) -> {reply, ok, State}.
handle_cast({die, Reason}, State) -> {stop, Reason, State}.
handle_info(_, State) -> {noreply, State}.
terminate(Reason, Id) -> log({terminate, Id, Reason}).

spec({template, Restart, Significant, Args}) ->
    #{id => template, start => {?MODULE, start_link, Args}, restart => Restart, significant => Significant, shutdown => infinity};
spec({Id, Fails, Restart, Significant}) ->
    #{id => Id, start => {?MODULE, start_link, [Id, Fails]}, restart => Restart, significant => Significant, shutdown => infinity}.

play({Definition, Steps}) ->
    [ets:delete_all_objects(T) || T <- [log, starts, pids]],
    ets:insert(definition, {current, Definition}),
    case supervisor:start_link(?MODULE, supervisor) of
        {ok, S} ->
            First = {started, take(S), children(S)},
            {Others, _} = lists:mapfoldl(fun(Step, Live) -> step(S, Step, Live) end, true, Steps),
            Simple = simple(),
            case is_process_alive(S) of
                true -> M = monitor(process, S), exit(S, shutdown), receive {'DOWN', M, _, _, _} -> ok end;
                false -> ok
            end,
            io:format("~w~n", [{First, Others, take_log(Simple)}]);
        {error, _} ->
            io:format("~w~n", [{not_started, take_log(simple())}])
    end,
    flush().

step(_, _, false) ->
    {ended, false};
step(S, Step, true) ->
    Result = try do(S, Step) catch exit:_ -> exited end,
    settle(S, 3),
    Seen = {Result, take(S), children(S)},
    {Seen, is_process_alive(S)}.

do(S, {die, Id, Reason}) -> die(S, Id, fun(P) -> gen_server:cast(P, {die, Reason}) end);
do(S, {kill, Id}) -> die(S, Id, fun(P) -> exit(P, kill) end);
do(S, {die_together, A, B}) ->
    sys:suspend(S),
    [die_now(P, fun() -> gen_server:cast(P, {die, boom}) end) || Id <- lists:usort([A, B]), P <- living(S, Id)],
    sys:resume(S),
    ok;
do(S, {terminate, Id}) ->
    case {simple(), ets:lookup(pids, Id)} of
        {true, [{_, P}]} -> result(supervisor:terminate_child(S, P));
        {true, []} -> none;
        {false, _} -> result(supervisor:terminate_child(S, Id))
    end;
do(S, {restart, Id}) -> result(supervisor:restart_child(S, Id));
do(S, {delete, Id}) -> result(supervisor:delete_child(S, Id));
do(S, {start_more, Args}) -> result(supervisor:start_child(S, Args));
do(S, {start, Spec}) -> result(supervisor:start_child(S, spec(Spec)));
do(S, {change, Definition}) ->
    ets:insert(definition, {current, Definition}),
    sys:suspend(S),
    Result = sys:change_code(S, ?MODULE, x, []),
    sys:resume(S),
    Result.

die(S, Id, How) ->
    case living(S, Id) of
        [P] -> die_now(P, fun() -> How(P) end);
        [] -> none
    end.

die_now(P, How) ->
    M = monitor(process, P),
    How(),
    receive {'DOWN', M, _, _, _} -> ok end.

%% From the child's own start, since a suspended supervisor answers nothing.
living(_S, Id) -> [P || {_, P} <- ets:lookup(pids, Id), is_process_alive(P)].

result(ok) -> ok;
result({ok, _}) -> ok;
result({error, {already_started, _}}) -> already_started;
result({error, {nope, _}}) -> nope;
result({error, {bad_combination, _}}) -> bad_combination;
result({error, Reason}) -> Reason.

%% A supervisor that answers has nothing left to do but what it sends itself.
settle(_, 0) -> ok;
settle(S, N) ->
    catch supervisor:count_children(S),
    timer:sleep(1),
    settle(S, N - 1).

children(S) ->
    case is_process_alive(S) of
        false -> ended;
        true -> {[{Id, state(P)} || {Id, P, _, _} <- which(S)], [N || {_, N} <- supervisor:count_children(S)]}
    end.

which(S) -> case simple() of true -> []; false -> supervisor:which_children(S) end.

state(P) when is_pid(P) -> up;
state(P) -> P.

simple() ->
    [{_, {Strategy, _, _, _}}] = ets:lookup(definition, current),
    Strategy =:= simple_one_for_one.

log(X) -> ets:insert(log, {erlang:unique_integer([monotonic]), X}).

take(_) -> take_log(simple()).

%% Children of one template end side by side, in no order.
take_log(Simple) ->
    Log = [X || {_, X} <- ets:tab2list(log)],
    ets:delete_all_objects(log),
    case Simple of true -> lists:sort(Log); false -> Log end.

flush() -> receive _ -> flush() after 0 -> ok end.

%% The same measurements for Erlang/OTP: `erl -run bench main <measurement> <folder of version 2> <size> <samples> best|median`. Prints JSON, as the other programs do.
-module(bench).
-export([main/1]).

main(Arguments) ->
    put(typical, list_to_atom(lists:last(Arguments))),
    measure(lists:droplast(Arguments)).

measure(["call", _, Calls, Samples]) ->
    Pid = worker(),
    per_second(Calls, Samples, fun(N) -> call(Pid, N) end);
measure(["call-100", _, Calls, Samples]) ->
    Pid = worker(),
    per_second(Calls, Samples, fun(N) ->
        Clients = [spawn_monitor(fun() -> call(Pid, N div 100) end) || _ <- lists:seq(1, 100)],
        [receive {'DOWN', Monitor, process, Client, normal} -> ok end || {Client, Monitor} <- Clients]
    end);
measure(["cast-1000", _, Calls, Samples]) ->
    Pid = worker(),
    per_second(Calls, Samples, fun(N) -> [burst(Pid, 1000) || _ <- lists:seq(1, N div 1000)] end);
measure(["cast-million", _, _, Samples]) ->
    Pid = worker(),
    per_second("1000000", Samples, fun(N) -> burst(Pid, N) end);
measure(["start", _, Starts, Samples]) ->
    per_second(Starts, Samples, fun(N) -> start(N, start, []) end, fun stop/1);
measure(["start-linked", _, Starts, Samples]) ->
    per_second(Starts, Samples, fun(N) -> start(N, start_link, []) end, fun stop/1);
measure(["memory", _, Population, _]) ->
    N = list_to_integer(Population),
    erlang:garbage_collect(),
    Before = erlang:memory(processes),
    Pids = start(N, start, []),
    erlang:garbage_collect(),
    After = erlang:memory(processes),
    N = length(Pids),
    print([{"bytes", (After - Before) / N}]);
%% What release_handler does with every process, without asking the supervisors for them.
measure(["upgrade", Folder, Population, Samples]) ->
    {ok, V1} = file:read_file(code:which(worker)),
    {ok, V2} = file:read_file(filename:join(Folder, "worker.beam")),
    Runs = [upgrade(list_to_integer(Population), V1, V2) || _ <- lists:seq(1, list_to_integer(Samples))],
    print([{"total", typical([Total || {Total, _} <- Runs])}, {"pause", typical([Pause || {_, Pause} <- Runs])}]);
measure(_) ->
    halt(0).

worker() ->
    {ok, Pid} = gen_server:start(worker, 0, []),
    Pid.

call(_, 0) ->
    ok;
call(Pid, N) ->
    gen_server:call(Pid, ping),
    call(Pid, N - 1).

%% The call is answered when the burst has been handled.
burst(Pid, N) ->
    cast(Pid, N),
    gen_server:call(Pid, ping, infinity).

cast(_, 0) ->
    ok;
cast(Pid, N) ->
    gen_server:cast(Pid, tell),
    cast(Pid, N - 1).

start(0, _, Pids) ->
    Pids;
start(N, How, Pids) ->
    {ok, Pid} = gen_server:How(worker, N, []),
    start(N - 1, How, [Pid | Pids]).

%% Waits until they have ended, or the next run would pay for it.
stop(Pids) ->
    Monitors = [{Pid, monitor(process, Pid)} || Pid <- Pids],
    [begin unlink(Pid), exit(Pid, kill) end || Pid <- Pids],
    [receive {'DOWN', Monitor, process, Pid, killed} -> ok end || {Pid, Monitor} <- Monitors].

upgrade(N, V1, V2) ->
    {module, worker} = code:load_binary(worker, "worker", V1),
    Pids = start(N, start, []),
    Begin = now_us(),
    Suspended = [begin ok = sys:suspend(Pid), now_us() end || Pid <- Pids],
    {module, worker} = code:load_binary(worker, "worker", V2),
    [ok = sys:change_code(Pid, worker, 1, []) || Pid <- Pids],
    Resumed = [begin ok = sys:resume(Pid), now_us() end || Pid <- Pids],
    End = now_us(),
    4 = gen_server:call(hd(Pids), version),
    stop(Pids),
    code:purge(worker),
    code:delete(worker),
    code:purge(worker),
    {(End - Begin) / 1000, lists:max(lists:zipwith(fun(From, To) -> To - From end, Suspended, Resumed)) / 1000}.

per_second(Operations, Samples, Run) ->
    per_second(Operations, Samples, Run, fun(_) -> ok end).

per_second(Operations, Samples, Run, After) ->
    N = list_to_integer(Operations),
    After(Run(N)),
    Durations = [begin
        Begin = now_us(),
        Result = Run(N),
        Duration = now_us() - Begin,
        After(Result),
        Duration
    end || _ <- lists:seq(1, list_to_integer(Samples))],
    print([{"perSecond", N * 1000000 / typical(Durations)}]).

now_us() ->
    erlang:monotonic_time(microsecond).

%% As in the other programs.
typical(Values) ->
    case get(typical) of
        best -> lists:min(Values);
        median -> lists:nth(length(Values) div 2 + 1, lists:sort(Values))
    end.

print(Figures) ->
    io:format("{~s}~n", [lists:join(",", [io_lib:format("\"~s\":~.3f", [Name, float(Figure)]) || {Name, Figure} <- Figures])]),
    halt(0).

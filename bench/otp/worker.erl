%% The process that the bench measures. Compiled twice, as VSN 1 and VSN 2; version 2 has one field more in its state.
-module(worker).
-behaviour(gen_server).
-vsn(?VSN).
-export([init/1, handle_call/3, handle_cast/2, code_change/3]).

-if(?VSN =:= 1).
-record(state, {count = 0, created}).
-else.
-record(state, {count = 0, created, step = 1}).
-endif.

init(Created) ->
    {ok, #state{created = Created}}.

handle_call(version, _From, State) ->
    {reply, tuple_size(State), State};
handle_call(ping, _From, #state{count = Count} = State) ->
    {reply, Count + 1, State#state{count = Count + 1}}.

handle_cast(tell, #state{count = Count} = State) ->
    {noreply, State#state{count = Count + 1}}.

-if(?VSN =:= 1).
code_change(_Old, State, _Extra) ->
    {ok, State}.
-else.
code_change(_Old, {state, Count, Created}, _Extra) ->
    {ok, #state{count = Count, created = Created, step = 1}}.
-endif.

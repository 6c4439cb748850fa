"""The index on an OpenSearch server. One folder of small parts:

address     MOOTHALL_SEARCH_URL taken apart
breaker     a server that fails is left alone for a while
server      one request: time limit, breaker, certificate and password
sentences   its errors in our words
shape       names, mapping, analysis; a document as the server takes it
queries     a Query as a request, and its answer as a SearchPage; no server needed
points      an index at one moment, for what takes several requests
lists       lists of results, from a point in time
bulk        many changes in one request
saved       the index of saved searches
lease       one rebuild at a time among all processes
writer, reader, matcher
"""

# Turns the names of a floor's list into source files; a name may be a header alone.
function(room_sources out)
  set(sources)
  foreach(name IN LISTS ARGN)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp)
      list(APPEND sources ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp)
    endif()
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# The sources of the named rooms are compiled with MDH_HOT: those on an endpoint's request's way and
# on the profile file's text's.
function(hot_rooms)
  foreach(room IN LISTS ARGN)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/*.cpp)
    if(NOT sources)
      message(FATAL_ERROR "there is no room ${room}")
    endif()
    set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "${MDH_HOT}")
  endforeach()
endfunction()

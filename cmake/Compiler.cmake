# The language, the compilers that are known to compile coroutines correctly, and the warnings.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# What bench/ compares with is C; its extensions are those of the C library: accept4, epoll.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$")
  message(FATAL_ERROR "${CMAKE_CXX_COMPILER_ID} is not a compiler gotback is built with: use clang++ 19 or newer.")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang++ ${CMAKE_CXX_COMPILER_VERSION} is too old: use clang++ 19 or newer.")
endif()

# docs/decisions/compilers-are-asked.md
if(NOT CMAKE_CROSSCOMPILING)
  try_run(GOTBACK_COROUTINES_RUN GOTBACK_COROUTINES_BUILT SOURCES "${CMAKE_CURRENT_LIST_DIR}/coroutines.cpp"
          CXX_STANDARD 23 CXX_STANDARD_REQUIRED ON)
  if(NOT GOTBACK_COROUTINES_RUN EQUAL 0)
    message(FATAL_ERROR
      "${CMAKE_CXX_COMPILER} (${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}) compiles legal coroutines wrongly "
      "and without a warning: cmake/coroutines.cpp shows how. Programs that it builds crash, or pass what they should "
      "not. Use clang++ 19 or newer: cmake --preset release does.")
  endif()
endif()

add_library(gotback_options INTERFACE)
target_compile_options(gotback_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wcast-qual -Wformat=2
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual -Wold-style-cast>)
# g++ means more by these: a parameter of a constructor shadows the member that it is for, and a protected destructor is
# accessible where the class has a friend.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(gotback_options INTERFACE -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
else()
  target_compile_options(gotback_options INTERFACE -Wshadow=compatible-local)
endif()
target_compile_options(gotback_options INTERFACE -pthread)
target_include_directories(gotback_options INTERFACE "${PROJECT_SOURCE_DIR}")

set(GOTBACK_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread)")
if(GOTBACK_SANITIZE)
  target_compile_options(gotback_options INTERFACE -fsanitize=${GOTBACK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gotback_options INTERFACE -fsanitize=${GOTBACK_SANITIZE})
  # It makes a pipe to see whether an object can be read: out of descriptors, as some tests are, none seems to be.
  target_compile_options(gotback_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=vptr>)
endif()
if(GOTBACK_SANITIZE MATCHES "thread")
  # It knows one table of descriptors, and each thread has its own.
  add_library(gotback_unwatched_descriptors OBJECT "${PROJECT_SOURCE_DIR}/tests/support/unwatched_descriptors.cpp")
  target_link_libraries(gotback_options INTERFACE "$<TARGET_OBJECTS:gotback_unwatched_descriptors>")
endif()

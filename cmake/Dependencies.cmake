# Every library that is not our own, found or named. scripts/install-packages installs them all.

# gotback_require(<what> <debian package> <found>): fails with the name of the package that is missing.
function(gotback_require what package found)
  if(NOT ${found})
    message(FATAL_ERROR "${what} is missing: install ${package} (scripts/install-packages installs all that is needed).")
  endif()
endfunction()

find_package(PkgConfig QUIET)
gotback_require("pkg-config" pkg-config PkgConfig_FOUND)
find_package(Threads REQUIRED)

find_package(CLI11 QUIET CONFIG)
gotback_require("CLI11" libcli11-dev CLI11_FOUND)
find_package(nlohmann_json QUIET CONFIG)
gotback_require("nlohmann_json" nlohmann-json3-dev nlohmann_json_FOUND)
find_package(fmt QUIET CONFIG)
gotback_require("fmt" libfmt-dev fmt_FOUND)
find_package(spdlog QUIET CONFIG)
gotback_require("spdlog" libspdlog-dev spdlog_FOUND)
find_package(Boost 1.81 QUIET COMPONENTS url)
gotback_require("Boost.URL" libboost-url1.81-dev Boost_FOUND)
find_package(OpenSSL 3 QUIET)
gotback_require("OpenSSL" libssl-dev OPENSSL_FOUND)
pkg_check_modules(liburing QUIET IMPORTED_TARGET liburing)
gotback_require("liburing" liburing-dev liburing_FOUND)
pkg_check_modules(re2 QUIET IMPORTED_TARGET re2)
gotback_require("RE2" libre2-dev re2_FOUND)

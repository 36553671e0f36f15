# Read by cpack once for each kind of package: what only Debian's tools read stays out of the .rpm.
if(CPACK_GENERATOR STREQUAL "RPM")
  list(GET CPACK_INSTALL_CMAKE_PROJECTS 0 build)
  set(CPACK_INSTALL_CMAKE_PROJECTS "${build};mdh-credentials;Unspecified;/")
endif()
